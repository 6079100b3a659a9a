import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist", "src/api/schema.d.ts", "*.js"] },
  ts.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  a11y.flatConfigs.recommended,
  hooks.configs.flat.recommended,
  {
    rules: {
      complexity: ["error", 12],
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 80],
      "no-console": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Handlers that do nothing until somebody sets them.
      "@typescript-eslint/no-empty-function": "off",
      // A fake answers at once where the real thing takes its time.
      "@typescript-eslint/require-await": "off",
    },
  },
);
