// Bundles save.mjs with what Kaoto loads and saves by. Everything else that its modules import belongs to its user
// interface, and is replaced by something that takes any use.
import { builtinModules } from 'node:module';
import { build } from 'esbuild';

const used = new Set([...builtinModules, 'lodash', 'uuid', 'yaml']);
const anything =
  'const any = new Proxy(function () {}, {' +
  '  get: (target, key) => (key === "__esModule" ? true : key === Symbol.toPrimitive ? () => "" : any),' +
  '  apply: () => any, construct: () => any });' +
  'module.exports = any;';

await build({
  entryPoints: ['save.mjs'],
  outfile: 'save.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  logLevel: 'error',
  banner: { js: 'globalThis.window = globalThis; class DOMParser {}; class XMLSerializer {}; globalThis.Node = class {}; globalThis.document = {};' },
  loader: { '.css': 'empty', '.png': 'empty', '.scss': 'empty', '.svg': 'empty' },
  plugins: [{
    name: 'without-user-interface',
    setup(bundle) {
      bundle.onResolve({ filter: /^[^./]/ }, (module) => {
        const name = module.path.replace(/^node:/, '').split('/')[0];
        return module.kind === 'entry-point' || used.has(name) ? undefined : { path: module.path, namespace: 'user-interface' };
      });
      bundle.onLoad({ filter: /.*/, namespace: 'user-interface' }, () => ({ contents: anything, loader: 'js' }));
    },
  }],
});
