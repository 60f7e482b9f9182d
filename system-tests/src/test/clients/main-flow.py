"""The main flow by the client that OpenAPI Generator makes for Python; takes WEB, EMAIL, PASSWORD, and the video as match.mp4."""
import os
import time
import urllib.request

import caravana

calls = 0


def call(method, *arguments, **named):
    global calls
    calls += 1
    return method(*arguments, **named)


def refusal(method, *arguments, **named):
    """The problem document with which a call is refused."""
    try:
        call(method, *arguments, **named)
    except caravana.ApiException as refused:
        assert isinstance(refused.data, caravana.Problem), refused
        assert refused.data.status == refused.status, refused
        return refused.data
    raise AssertionError('it was not refused')


def client(token=None):
    configuration = caravana.Configuration(host=f'{os.environ["WEB"]}/api', access_token=token)
    # Its default is not RFC 3339.
    configuration.datetime_format = '%Y-%m-%dT%H:%M:%S.%fZ'
    return caravana.ApiClient(configuration)


email, password = os.environ['EMAIL'], os.environ['PASSWORD']

identity = caravana.IdentityApi(client())
account = call(identity.sign_up, caravana.SignUp(
    email=email, password1=password, password2=password, first_name='Ana', last_name='Ruiz', city='Bogotá', country='Colombia'))
assert account.email == email
assert refusal(identity.log_in, caravana.LogIn(email=email, password='another one')).code == 'bad_credentials'
token = call(identity.log_in, caravana.LogIn(email=email, password=password)).access_token
identity = caravana.IdentityApi(client(token))
me = call(identity.show_me)
assert me.id == account.id and me.roles == ['user'] and me.limits.upload_bytes > 0

created = call(identity.create_key, caravana.KeyOrder(
    name='main flow', scopes=[caravana.Scope.VIDEOS_COLON_READ, caravana.Scope.VIDEOS_COLON_WRITE, caravana.Scope.WEBHOOKS]))
by_key = client(created.key)
videos, events = caravana.VideosApi(by_key), caravana.EventsApi(by_key)
assert refusal(caravana.IdentityApi(by_key).list_keys).code == 'not_for_api_keys'

assert call(videos.show_limits).max_bytes == me.limits.upload_bytes
preset = {'transformaciones': ['hd_720p', {'nombre': 'recortar', 'inicio': 0, 'fin': 1.5}, 'transcodificacion']}
call(videos.save_preset, 'short', caravana.PresetContent.from_dict(preset))
assert [choice.to_dict() for choice in call(videos.show_preset, 'short').transformaciones] == preset['transformaciones']

assert refusal(videos.receive_raw_upload, title='Text', body=b'This is no video.').code == 'not_a_video'
with open('match.mp4', 'rb') as file:
    form = ('match.mp4', file.read())
accepted = call(videos.receive_upload, 'Partido', form, preset='short', reference='order-4711',
                metadata='{"customer": "4711", "public": true}', idempotency_key='form')
video_id = str(accepted.video_id)
again = call(videos.receive_upload_with_http_info, 'Partido', form, preset='short', reference='order-4711',
             metadata='{"customer": "4711", "public": true}', idempotency_key='form')
assert again.data.video_id == accepted.video_id and again.headers['Idempotency-Replayed'] == 'true'
while (video := call(videos.show_video, video_id)).status in (caravana.Status.UPLOADED, caravana.Status.PROCESSING):
    time.sleep(1)
assert video.status == caravana.Status.PROCESSED, video.error
assert video.metadata == {'customer': '4711', 'public': True}
assert video.media_info.result.video.height == 720
assert video.processed_at > video.uploaded_at
with urllib.request.urlopen(video.processed_url) as clip:
    assert len(clip.read()) == video.outputs[0].bytes

changed = call(videos.update_video, video_id, caravana.VideoChanges(title='Match'))
assert changed.title == 'Match' and changed.reference == 'order-4711'
listed = call(videos.list_videos, q='match', status=caravana.Status.PROCESSED, uploaded_after=video.uploaded_at, sort='title', limit=10)
assert [one.video_id for one in listed] == [accepted.video_id]
assert call(videos.list_videos, reference='order-4712') == []

cursor, types = None, []
while (page := call(events.list_events, cursor=cursor, limit=2)).events:
    types += [event.type for event in page.events if event.data['video_id'] == video_id]
    cursor = page.cursor
assert types == ['video.uploaded', 'video.processing', 'video.processed'], types

order = caravana.WebhookOrder(url='http://example.org/hook', types=['video.failed'], description='a test')
assert refusal(events.create_webhook, order).code == 'url_scheme'
# Not a name, which some machines cannot look up. Nothing fails here, so nothing is sent.
order.url = 'https://93.184.215.14/hook'
webhook = call(events.create_webhook, order)
assert webhook.secret.startswith('whsec_')
assert [one.id for one in call(events.list_webhooks).webhooks] == [webhook.id]
assert call(events.update_webhook, str(webhook.id), caravana.WebhookChanges(enabled=False)).enabled is False
call(events.delete_webhook, str(webhook.id))
assert call(events.list_webhooks).webhooks == []

call(videos.delete_preset, 'short')
assert call(videos.delete_video, video_id).video_id == accepted.video_id
assert refusal(videos.show_video, video_id).code == 'not_found'
call(identity.delete_key, str(created.id))
# A node may still take it for a second.
while True:
    try:
        call(videos.list_videos)
    except caravana.ApiException as refused:
        assert refused.status == 401
        break

print(f'RESULT name=generated-python value={calls} unit=calls verdict=pass')
