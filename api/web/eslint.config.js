import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import { globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const FEATURES = ["annotations", "progress", "projects", "sessions"];

/** Imports go one way: app → features → components → client; and no feature knows another. */
const mayNotImport = (files, folders, message) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ group: folders.map((folder) => `**/${folder}/**`), message }] },
    ],
  },
});

export default tseslint.config(
  globalIgnores(["src/client/schema.ts"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  a11y.flatConfigs.strict,
  hooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // A scrolling region has to take the focus, or it cannot be scrolled by keyboard; so has a
      // text or picture that is drawn upon by keys.
      "jsx-a11y/no-noninteractive-tabindex": [
        "error",
        { tags: [], roles: ["region", "group", "application"] },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  mayNotImport(["src/client/**"], ["components", "features", "app"], "client stands alone"),
  mayNotImport(["src/components/**"], ["features", "app"], "components know no feature"),
  ...FEATURES.map((feature) =>
    mayNotImport(
      [`src/features/${feature}/**`],
      ["app", ...FEATURES.filter((other) => other !== feature)],
      "a feature imports components and client only",
    ),
  ),
);
