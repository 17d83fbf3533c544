# The floors, lowest first: a room uses only what stands below it.
# isort: off
from . import billing
from . import deposit
from . import retention
from . import partial
from . import instalment
from . import subscription
from . import batch
from . import reminder
