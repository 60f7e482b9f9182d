// Uploads a file with tus-js-client, as docs/uploads.md shows it: upload.mjs ENDPOINT TOKEN FILE [PROTOCOL].
import {createReadStream, statSync} from 'node:fs';
import {createRequire} from 'node:module';

// Where the package is, the environment says: NODE_PATH is for require only.
const tus = createRequire(import.meta.url)('tus-js-client');
const [endpoint, token, path, protocol = 'tus-v1'] = process.argv.slice(2);

const upload = new tus.Upload(createReadStream(path), {
  endpoint,
  protocol,
  uploadSize: statSync(path).size,
  chunkSize: 4 * 1024 * 1024,
  retryDelays: Array(20).fill(500),
  metadata: {filename: 'a.mp4', filetype: 'video/mp4', title: 't'},
  onBeforeRequest: (request) => request.setHeader('Authorization', `Bearer ${token}`),
  onSuccess: () => console.log(upload.url),
  onError: (failure) => {
    console.error(String(failure));
    process.exitCode = 1;
  },
});
upload.start();
