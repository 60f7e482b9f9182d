// How the page's scripts are checked and formatted; see CONTRIBUTING.md.
import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

// The packages are where ./caravana has installed them, beside the other tools of npm.
const installed = createRequire(`${resolve(process.env.NODE_PATH ?? 'routes-web/target/clients/node_modules')}/`);
const js = installed('@eslint/js');
const globals = installed('globals');
const {default: stylistic} = await import(pathToFileURL(installed.resolve('@stylistic/eslint-plugin')));

export default [
  {ignores: ['**/vendor/**', '**/target/**']},
  js.configs.recommended,
  {
    files: ['routes-web/src/main/resources/static/page/*.js'],
    languageOptions: {ecmaVersion: 2025, sourceType: 'module', globals: globals.browser},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    plugins: {'@stylistic': stylistic},
    rules: {
      'array-callback-return': 'error',
      'eqeqeq': 'error',
      'no-duplicate-imports': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-properties': ['error',
        // What people wrote must never be read as markup.
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({property}))],
      'no-unused-vars': ['error', {argsIgnorePattern: '^_'}],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'sort-imports': ['error', {ignoreCase: true, ignoreDeclarationSort: true}],
      '@stylistic/arrow-parens': 'error',
      '@stylistic/brace-style': 'error',
      '@stylistic/comma-dangle': ['error', 'always-multiline'],
      '@stylistic/eol-last': 'error',
      '@stylistic/indent': ['error', 2, {SwitchCase: 1, ignoredNodes: ['CallExpression > *', 'ConditionalExpression *']}],
      '@stylistic/keyword-spacing': 'error',
      '@stylistic/max-len': ['error', {code: 200, ignoreStrings: true, ignoreTemplateLiterals: true}],
      '@stylistic/no-multi-spaces': 'error',
      '@stylistic/no-trailing-spaces': 'error',
      '@stylistic/object-curly-spacing': 'error',
      '@stylistic/quotes': ['error', 'single', {avoidEscape: true}],
      '@stylistic/semi': 'error',
      '@stylistic/space-before-blocks': 'error',
      '@stylistic/space-infix-ops': 'error',
    },
  },
];
