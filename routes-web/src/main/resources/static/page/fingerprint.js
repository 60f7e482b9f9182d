// Recognises a file of which a part has been uploaded, without reading all of it.

const SAMPLES = 16;
const BYTES = 4096;

/**
 * Of a file's size and of samples from its beginning to its end. Its name and time are no part of it: phones give each
 * choice of a file new ones. No secret rests on it, so it needs no cryptography, which browsers lack without TLS.
 *
 * @returns {Promise<string>} it fails when the file cannot be read, as with a folder
 */
export async function fingerprint(file) {
  const last = Math.max(0, file.size - BYTES);
  const offsets = new Set(Array.from({length: SAMPLES}, (_, index) => Math.floor(last * index / (SAMPLES - 1))));
  const samples = await Promise.all([...offsets].map((offset) => file.slice(offset, offset + BYTES).arrayBuffer()));
  // FNV-1a, twice with different beginnings.
  const sums = [0x811c9dc5, 0x9747b28c];
  for (const byte of samples.flatMap((sample) => [...new Uint8Array(sample)])) {
    sums.forEach((sum, index) => {
      sums[index] = Math.imul(sum ^ byte, 0x01000193) >>> 0;
    });
  }
  return [file.size, ...sums].join('-');
}
