// What @uppy/aws-s3 6 asks of its option signRequest, by the calls of /api/uploads/s3; docs/uploads.md has the same.
export function signedByWeb(web, token, uppy) {
  const call = async (path, method = 'GET', body = undefined) => {
    const headers = {Authorization: `Bearer ${token()}`, 'Content-Type': 'application/json'};
    const answer = await fetch(`${web}/api/uploads/s3/${path}`, {method, headers, body: body && JSON.stringify(body)});
    const document = await answer.json();
    if (!answer.ok) {
      throw new Error(document.detail);
    }
    return document;
  };
  const announced = (id) => {
    const {name, type, size, meta} = uppy.getFile(id);
    return {filename: name, type, bytes: size, title: meta.title};
  };
  // Uppy reads what S3 answers, which is XML. What web has done already is put into that form.
  const done = (name, xml) => ({url: `data:application/xml,${encodeURIComponent(`<${name}Result>${xml}</${name}Result>`)}`});
  const parts = async (id) => (await call(`multipart/${id}`)).map(({PartNumber, ETag}) => ({PartNumber, ETag}));
  return {
    generateObjectKey: (file) => file.id,
    signRequest: async ({method, key, uploadId, partNumber}) => {
      if (partNumber) {
        return {url: (await call(`multipart/${uploadId}/${partNumber}`)).url};
      }
      switch (uploadId ? `${method} parts` : method) {
        case 'PUT': {
          const {title, ...file} = announced(key);
          const {url, headers} = await call(`params?${new URLSearchParams({...file, 'metadata[title]': title})}`);
          return {url, headers};
        }
        case 'POST': {
          const upload = await call('multipart', 'POST', announced(key));
          return done('InitiateMultipartUpload', `<UploadId>${upload.uploadId}</UploadId>`);
        }
        case 'GET parts':
          return done('ListParts', (await parts(uploadId))
            .map((part) => `<Part><PartNumber>${part.PartNumber}</PartNumber><ETag>${part.ETag}</ETag></Part>`).join(''));
        case 'POST parts': {
          const {location} = await call(`multipart/${uploadId}/complete`, 'POST', {parts: await parts(uploadId)});
          return done('CompleteMultipartUpload', `<Location>${location}</Location><Key>${key}</Key>`);
        }
        default:
          await call(`multipart/${uploadId}`, 'DELETE');
          return done('AbortMultipartUpload', '');
      }
    },
  };
}
