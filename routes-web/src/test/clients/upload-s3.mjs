// Uploads a file with Uppy's AWS S3 plugin, as docs/uploads.md shows it: upload-s3.mjs ENDPOINT TOKEN FILE WAY, with the way
// `parts` or `put`.
import {openAsBlob} from 'node:fs';
import {createRequire} from 'node:module';

const packages = process.env.NODE_PATH;
// Uppy is for browsers: of what they have, Node.js lacks this.
globalThis.XMLHttpRequest = createRequire(import.meta.url)(`${packages}/xhr2`);
const {default: Uppy} = await import(`${packages}/@uppy/core/lib/index.js`);
const {default: AwsS3} = await import(`${packages}/@uppy/aws-s3/lib/index.js`);
const [endpoint, token, path, way] = process.argv.slice(2);

// xhr2 sends buffers, and no blobs.
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  if (body instanceof Blob) {
    body.arrayBuffer().then((content) => send.call(this, content));
  } else {
    send.call(this, body);
  }
};

const uppy = new Uppy({
  onBeforeFileAdded: (file) => ({...file, meta: {...file.meta, bytes: file.size, title: 't'}}),
});
uppy.use(AwsS3, {
  endpoint,
  headers: {Authorization: `Bearer ${token}`},
  ...(way === 'parts' ? {shouldUseMultipart: true} : {}),
});
uppy.addFile({name: 'a.mp4', type: 'video/mp4', data: await openAsBlob(path)});
const {successful, failed} = await uppy.upload();
for (const file of failed) {
  console.error(String(file.error));
  process.exitCode = 1;
}
for (const file of successful) {
  console.log(file.uploadURL ?? file.response.uploadURL);
}
