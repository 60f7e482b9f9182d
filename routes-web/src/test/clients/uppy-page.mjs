// A page that uploads a file with Uppy, as docs/uploads.md shows it. What became of it is sent to where the page came from.
import Uppy from '@uppy/core';
import AwsS3 from '@uppy/aws-s3';
import Tus from '@uppy/tus';
import {signedByWeb} from './sign-request.mjs';

const {web, token, way} = Object.fromEntries(new URLSearchParams(location.search));

async function upload() {
  const uppy = new Uppy({onBeforeFileAdded: (file) => ({...file, meta: {...file.meta, title: 't'}})});
  if (way === 'tus') {
    uppy.use(Tus, {
      endpoint: `${web}/api/uploads`,
      chunkSize: 4 * 1024 * 1024,
      retryDelays: Array(20).fill(500),
      onBeforeRequest: (request) => request.setHeader('Authorization', `Bearer ${token}`),
    });
  } else {
    uppy.use(AwsS3, {shouldUseMultipart: way === 'parts', ...signedByWeb(web, () => token, uppy)});
  }
  uppy.addFile({name: 'a.mp4', type: 'video/mp4', data: await (await fetch('/file')).blob()});
  const {successful, failed} = await uppy.upload();
  return {
    version: Uppy.VERSION,
    successful: successful.map((file) => file.response.uploadURL),
    failed: failed.map((file) => String(file.error)),
  };
}

upload()
  .catch((failure) => ({successful: [], failed: [String(failure)]}))
  .then((outcome) => fetch('/done', {method: 'POST', body: JSON.stringify(outcome)}));
