const eslint = require("@eslint/js");
const globals = require("globals");
const jsdoc = require("eslint-plugin-jsdoc");

// ESLint's own recommendation, and what the OCA asks for beyond it.
module.exports = [
  eslint.configs.recommended,
  {
    files: ["static/**/*.js"],
    plugins: {jsdoc},
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: {
        ...globals.browser,
        luxon: "readonly",
        odoo: "readonly",
        owl: "readonly",
      },
    },
    rules: {
      complexity: ["error", 15],
      eqeqeq: "error",
      "init-declarations": "error",
      "no-duplicate-imports": "error",
      "no-else-return": "error",
      "no-empty-function": "error",
      "no-eq-null": "error",
      "no-eval": "error",
      "no-lonely-if": "error",
      "no-param-reassign": "error",
      "no-return-assign": "error",
      "no-shadow": "error",
      "no-unneeded-ternary": "error",
      "no-unused-expressions": "error",
      "no-use-before-define": "error",
      "no-var": "error",
      "operator-assignment": "error",
      "prefer-const": "error",
      "spaced-comment": "error",
      yoda: "error",
      "jsdoc/check-tag-names": "error",
      "jsdoc/check-types": "error",
    },
  },
];
