import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";

// A request is a transaction: what it has created stays, whatever becomes of the browser.
const ROWS_PER_REQUEST = 5;
const WAIT_FOR_OTHERS = 2000;
const LOOK_AGAIN = 4000;

/** Has the server create the situations of a batch, a few rows at a time. */
export class SituationBatchProgress extends Component {
    static template = "sale_situation_invoicing.SituationBatchProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({running: false, pausing: false, counts: null});
        onMounted(() => {
            this.timer = setInterval(() => this.follow(), LOOK_AGAIN);
        });
        onWillUnmount(() => {
            this.gone = true;
            clearInterval(this.timer);
        });
    }

    get counts() {
        const data = this.props.record.data;
        return (
            this.state.counts || {
                waiting: data.waiting_count,
                created: data.created_count,
                refused: data.refused_count,
            }
        );
    }

    get total() {
        const {waiting, created, refused} = this.counts;
        return waiting + created + refused;
    }

    get percent() {
        const {waiting} = this.counts;
        return this.total ? Math.round((100 * (this.total - waiting)) / this.total) : 0;
    }

    get leftOut() {
        return this.props.record.data.left_out_count;
    }

    get startLabel() {
        return this.counts.created ? _t("Continue") : _t("Create Drafts");
    }

    async start() {
        const record = this.props.record;
        if (this.state.running || !(await record.save())) {
            return;
        }
        this.state.counts = {...this.counts};
        this.state.running = true;
        try {
            while (!this.gone && !this.state.pausing) {
                const done = await this.orm.call(record.resModel, "create_situations", [
                    [record.resId],
                    ROWS_PER_REQUEST,
                ]);
                const created = Object.keys(done.created).length;
                const refused = Object.keys(done.refused).length;
                this.state.counts.created += created;
                this.state.counts.refused += refused;
                this.state.counts.waiting = done.waiting;
                if (!done.waiting) {
                    break;
                }
                if (!created && !refused) {
                    await new Promise((resolve) =>
                        setTimeout(resolve, WAIT_FOR_OTHERS)
                    );
                }
            }
        } finally {
            this.state.running = false;
            this.state.pausing = false;
            if (!this.gone) {
                await record.load();
                this.state.counts = null;
            }
        }
    }

    pause() {
        this.state.pausing = true;
    }

    /** Show how the background gets on. */
    async follow() {
        const record = this.props.record;
        if (record.data.in_background && !record.dirty) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("situation_batch_progress", {
    component: SituationBatchProgress,
    fieldDependencies: [
        "waiting_count",
        "created_count",
        "refused_count",
        "left_out_count",
    ].map((name) => ({name, type: "integer"})),
});
