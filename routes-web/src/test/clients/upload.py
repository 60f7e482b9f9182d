"""Uploads a file with tuspy, as docs/uploads.md shows it: upload.py ENDPOINT TOKEN FILE."""
import sys

from tusclient import client

endpoint, token, path = sys.argv[1:]
tus = client.TusClient(endpoint, headers={'Authorization': f'Bearer {token}'})
uploader = tus.uploader(path, chunk_size=4 * 1024 * 1024, retries=20, retry_delay=1,
                        metadata={'filename': 'a.mp4', 'title': 't'})
uploader.upload()
print(uploader.url)
