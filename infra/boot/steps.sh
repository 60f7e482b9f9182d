# shellcheck shell=bash
# Sourced by run: the steps, in their order. Each ends with `passed` or ends the test.
: "${work:?}" "${root:?}" "${here:?}" "${web_address:?}" "${aws_address:?}"

take_steps() {
  step "images"
  make_base
  make_authority
  make_downloads
  make_image web
  make_image worker
  make_servers
  passed "$(du -sm "$work/image-web" | cut -f 1) MB web, $(du -sm "$work/image-worker" | cut -f 1) MB worker"

  step "launch without the secret"
  make_network
  start_aws
  start_servers
  make_operator
  boot web CARAVANA_SECRET="$WEB_SECRET" CARAVANA_PROXIES=10.20.0.0/16
  boot worker
  await "heartbeats of web's launch hook before its secret has a value" called caravana-web RecordLifecycleActionHeartbeat
  ! called caravana-web CompleteLifecycleAction >/dev/null || fail "the launch was completed without the secret"
  passed

  step "health after the secret"
  local began=$SECONDS
  operate "ops/bin/put-web-secret '$WEB_SECRET' operator@example.org" >"$work/run/put-web-secret.log"
  await "web's health 200 through nginx" healthy
  await "web's launch hook to be completed" called caravana-web CompleteLifecycleAction
  await "the worker's launch hook to be completed" called caravana-worker CompleteLifecycleAction
  passed "$((SECONDS - began)) s from the secret to both hooks"

  step "units"
  check_units web caravana-web nginx caravana-configuration caravana-web-ready caravana-telemetry
  check_units worker caravana-worker caravana-configuration caravana-worker-ready caravana-termination caravana-telemetry
  passed

  step "the documented video"
  documented_video
  passed

  step "runbooks"
  run_runbooks
  passed "$blocks command blocks of $pages pages"

  step "an upgrade of the JDK"
  upgrade_jdk
  passed "needrestart has restarted the worker"

  step "drain and termination"
  terminate_worker
  passed

  step "rotation of secrets"
  rotate_secrets
  passed

  step "permissions"
  python3 "$here/permissions.py" "$root/infra/terraform" "$work/run/calls.jsonl" || fail "a role has made calls that it is not granted"
  passed
}

# What an operator has: the project's scripts, Terraform's outputs, and Session Manager's plugin, which is nsenter here. Scripts
# that look at one machine run on the instance, as the runbooks' README says.
make_operator() {
  local tools=$work/operator project=$work/operator/project script
  rm -rf "$tools"
  mkdir -p "$project/ops/bin"
  cat >"$tools/terraform" <<END
#!/bin/sh
case "\$*" in
  *"output -json") cat '$work/run/outputs.json' ;;
  *"output -raw "*) jq -r ".\${*##* }.value" '$work/run/outputs.json' ;;
  *) echo "terraform \$*" >&2 && exit 1 ;;
esac
END
  # Not by AWS_ENDPOINT_URL, which this command line does not heed for every service.
  printf '#!/bin/sh\nexec %s --endpoint-url http://%s:5000 "$@"\n' "$work/venv/bin/aws" "$aws_address" >"$tools/aws"
  printf '#!/bin/sh\nexec %s inside worker sh -c "id -un; uptime"\n' "$tools/enter" >"$tools/session-manager-plugin"
  cat >"$tools/enter" <<END
#!/bin/bash
# enter inside TIER COMMAND...
root='$root' work='$work'
$(declare -f leader inside)
"\$@"
END
  for script in "$root"/ops/bin/*; do
    [ ! -f "$script" ] || ln -s "$script" "$project/ops/bin/"
  done
  for script in show-metrics show-disk-use end-worker show-database-sessions end-database-session; do
    rm "$project/ops/bin/$script"
    cat >"$project/ops/bin/$script" <<END
#!/bin/sh
tier=worker
[ "\$1" != web ] || tier=web
exec '$tools/enter' inside "\$tier" /opt/caravana/bin/$script "\$@"
END
  done
  chmod +x "$tools"/{aws,terraform,session-manager-plugin,enter} "$project"/ops/bin/*
}

# Commands in an operator's shell, as they are written.
operate() { # COMMANDS [NAME=VALUE...]
  local commands=$1
  shift
  (cd "$work/operator/project" && as_operator env "$@" CARAVANA_POLL_SECONDS=1 bash -euo pipefail -c "$commands")
}

check_units() { # TIER UNIT...
  local tier=$1 unit state exposure
  shift
  [ -z "$(inside "$tier" systemctl --failed --no-legend --plain)" ] || fail "$tier has failed units: $(inside "$tier" systemctl --failed --no-legend --plain)"
  for unit in "$@"; do
    state=$(inside "$tier" systemctl show --property=ActiveState,Result --value "$unit" | paste -sd ' ')
    case "$state" in *success*) ;; *) fail "$tier: $unit is $state" ;; esac
    exposure=$(inside "$tier" systemd-analyze security --no-pager "$unit" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
    echo "$tier $unit: $state, exposure $exposure"
    awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 3.0) }' || fail "$unit has an exposure of ${exposure:-unknown}"
  done
  inside "$tier" test -s /opt/aws/amazon-cloudwatch-agent/etc/agent.json || fail "$tier's CloudWatch agent has no configuration"
}

# The commands of docs/deploy.md, with values for what is left open there.
documented_video() {
  local commands
  ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=640x360:rate=25:duration=4 -pix_fmt yuv420p -f mp4 "$work/operator/project/clip.mov"
  commands=$(awk '/\*\*Process a video\*\*/ { on = 1 } on && /```/ { fence++; next } fence == 1 { sub(/^ +/, ""); print } fence == 2 { exit }' "$root/docs/deploy.md" |
    sed -e 's/"password\([12]\{0,1\}\)":"…"/"password\1":"A long passphrase 24"/g' -e 's/"…"/"Ana"/g' -e 's/curl /curl -sS --fail-with-body /')
  [ -n "$commands" ] || fail "docs/deploy.md has no commands for a video"
  operate "$commands"$'\necho "$TOKEN" >token' >"$work/run/video.log" || fail "the commands of docs/deploy.md failed: $(tail -3 "$work/run/video.log")"
  await "the video to be processed" processed 1
  owner=$(cat "$work/operator/project/token")
  local link
  link=$(in_aws curl -sS -H "Authorization: Bearer $owner" "http://$web_address/api/videos" | jq -r 'first(.. | strings | select(test("processed/")))')
  [ -z "$link" ] || in_aws curl -sS --fail --cacert "$work/ca.pem" --connect-to "::$aws_address:443" -o "$work/run/result.mp4" "$link" || fail "the result cannot be fetched"
}

processed() { # COUNT
  in_aws curl -sS -H "Authorization: Bearer $(cat "$work/operator/project/token")" "http://$web_address/api/videos" |
    jq -e --argjson count "$1" '[.. | objects | select(.status? == "processed")] | length >= $count'
}

upload() { # FILE TITLE
  in_aws curl -sS --fail-with-body -H "Authorization: Bearer $(cat "$work/operator/project/token")" -H 'Content-Type: video/mp4' -T "$1" -X POST "http://$web_address/api/videos?title=$2"
}

# The running worker, as show-queue names it; nothing while it starts. One that has ended stays listed for a moment.
worker_name() {
  inside worker curl -sf -o /dev/null --max-time 5 http://127.0.0.1:9081/actuator/health/readiness &&
    operate "$environment"'ops/bin/show-queue' |
    jq -er --arg pid "$(inside worker systemctl show --property=MainPID --value caravana-worker)" '.workers[].worker | select(endswith(":" + $pid))'
}

run_runbooks() {
  local page texts block line began given tries
  environment=$(operate "ops/bin/operator-environment")$'\n'
  blocks=0 pages=0
  make_dead_letters
  for page in "$root"/ops/runbooks/*.md; do
    page=$(basename "$page" .md)
    [ "$page" != README ] || continue
    pages=$((pages + 1))
    texts=$(python3 "$here/blocks.py" "$root/ops/runbooks/$page.md")
    for ((line = 0; line < $(jq length <<<"$texts"); line++)); do
      block=$(jq -r ".[$line].text" <<<"$texts")
      await "a worker to be listed before $page" worker_name
      given=("MESSAGE_ID=$message_id" "POISON_ID=$poison_id" FOLDER=/var/lib/caravana/work "TIME=$(date -u -d '-1 hour' +%FT%TZ)")
      # What takes long to find is searched only where it is needed.
      [[ $block != *INSTANCE_ID* ]] || given+=("INSTANCE_ID=$(instance worker)")
      [[ $block != *WORKER\"* ]] || given+=("WORKER=$(worker_name)")
      [[ $block != *SESSION* ]] || given+=("SESSION=$(session)")
      began=$(date +%s)
      # On a busy machine an answer may take longer than the page allows: an operator would look again.
      tries=$(jq ".[$line] | if .looks then 20 else 1 end" <<<"$texts")
      until operate "$environment$block" "${given[@]}" >"$work/run/block.log" 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$page: these commands failed:
$block
$(cat "$work/run/block.log")"
        sleep 1
      done
      { echo "== $page" && echo "$block" && cat "$work/run/block.log"; } >>"$work/run/runbooks.log"
      blocks=$((blocks + 1))
      # A refresh that it has begun, ends.
      # shellcheck disable=SC2016  # of the operator's shell
      ! called operator StartInstanceRefresh "$began" >/dev/null ||
        operate "$environment"'ops/bin/await-renewed "$WEB_GROUP" 60; ops/bin/await-renewed "$WORKER_GROUP" 60' >/dev/null 2>&1 || true
    done
  done
}

instance() { # TIER
  as_operator aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "caravana-$1" \
    --query 'AutoScalingGroups[0].Instances[0].InstanceId' --output text
}

# A session of the database that an operator may end.
session() {
  local pid
  pid=$(database_sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'to be ended' LIMIT 1")
  if [ -z "$pid" ]; then
    background session ip netns exec caravana-aws chroot "$work/servers" env PGAPPNAME='to be ended' PGPASSWORD="$DATABASE_PASSWORD" \
      /usr/lib/postgresql/15/bin/psql -X "host=$aws_address user=caravana dbname=caravana sslmode=require" -c "SELECT pg_sleep(3600)"
    await "a session" session_listed
    pid=$(database_sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'to be ended' LIMIT 1")
  fi
  echo "$pid"
}

session_listed() { [ -n "$(database_sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'to be ended'")" ]; }

# A job whose ffmpeg is killed at each attempt, and a message that is not a job.
make_dead_letters() {
  inside worker sh -c 'mv /usr/bin/ffmpeg /usr/bin/ffmpeg.real && printf "%s\n" "#!/bin/sh" "case \" \$* \" in *\" -progress \"*) kill -9 \$\$ ;; esac" "exec /usr/bin/ffmpeg.real \"\$@\"" >/usr/bin/ffmpeg && chmod +x /usr/bin/ffmpeg'
  upload "$work/operator/project/clip.mov" Dead >/dev/null
  as_operator aws sqs send-message --queue-url "$DEAD_LETTER_QUEUE_URL" --message-body "this is no job" >/dev/null
  await "two dead letters" two_dead_letters
  inside worker mv /usr/bin/ffmpeg.real /usr/bin/ffmpeg
  local letters
  letters=$(operate "$environment"'ops/bin/list-dead-letters')
  message_id=$(jq -er '.items[] | select(.state == "redrivable").message_id' <<<"$letters")
  poison_id=$(jq -er '.items[] | select(.state == "poison").message_id' <<<"$letters")
}

two_dead_letters() { operate "$environment"'ops/bin/list-dead-letters' | jq -e '.items | length == 2'; }

# What unattended-upgrades does to a running worker: a library of its JVM gets a new file, and apt's hook calls needrestart. The
# package that is installed for the hook is empty.
upgrade_jdk() {
  local library package=$work/upgrade
  replaced=$(inside worker systemctl show --property=MainPID --value caravana-worker)
  library=$(inside worker sed -n 's|.* \(/.*/libjvm\.so\)$|\1|p' "/proc/$replaced/maps" | head -n 1)
  [ -n "$library" ] || fail "the worker's JVM has no libjvm.so"
  inside worker cp --preserve "$library" "$library.new"
  inside worker mv "$library.new" "$library"
  mkdir -p "$package/DEBIAN"
  printf 'Package: caravana-boot-upgrade\nVersion: 1\nArchitecture: all\nMaintainer: boot test\nDescription: empty\n' >"$package/DEBIAN/control"
  dpkg-deb --build --root-owner-group "$package" "$work/run/upgrade.deb" >/dev/null
  inside worker env DEBIAN_FRONTEND=noninteractive apt-get install -y /srv/boot/upgrade.deb >"$work/run/upgrade.log" 2>&1 ||
    fail "apt-get failed: $(tail -3 "$work/run/upgrade.log")"
  await "needrestart to restart the worker" started_anew
  await "the worker to be ready again" worker_name
}

started_anew() {
  local pid
  pid=$(inside worker systemctl show --property=MainPID --value caravana-worker)
  [ "$pid" != 0 ] && [ "$pid" != "$replaced" ]
}

terminate_worker() {
  local since
  ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=1280x720:rate=25:duration=20 -preset ultrafast -pix_fmt yuv420p -f mp4 "$work/run/long.mp4"
  upload "$work/run/long.mp4" Long >"$work/run/upload.log" || fail "the upload was answered with: $(cat "$work/run/upload.log")"
  await "the job to run" job_runs
  since=$(date +%s)
  echo Terminated >"$work/run/state-caravana-worker"
  await "a heartbeat of the termination hook" called caravana-worker RecordLifecycleActionHeartbeat "$since"
  await "the termination hook to be completed" called caravana-worker CompleteLifecycleAction "$since"
  inside worker journalctl -u caravana-worker --no-pager -n 3 || true
  [ "$(inside worker systemctl show --property=ActiveState --value caravana-worker)" = inactive ] || fail "the worker is not stopped"
  rm "$work/run/state-caravana-worker"
  end worker
  boot worker
  await "the job that was running to be done" processed 3
}

job_runs() { operate "$environment"'ops/bin/show-queue' | jq -e '.workers[0].jobs | length == 1'; }

rotate_secrets() {
  local former=$owner secret
  # As RDS does it: the password, then its secret. Sessions end, so that the apps have to log in.
  secret=$(as_operator aws secretsmanager get-secret-value --secret-id "$DATABASE_SECRET" --query SecretString --output text)
  as_operator aws secretsmanager put-secret-value --secret-id "$DATABASE_SECRET" --secret-string "$(jq -c '.password = "another-one-24"' <<<"$secret")" >/dev/null
  database_sql "ALTER ROLE caravana PASSWORD 'another-one-24'" >/dev/null
  DATABASE_PASSWORD=another-one-24
  database_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'caravana' AND pid <> pg_backend_pid()" >/dev/null
  await "web to be ready with the new database password" ready
  # The runbook has put another key and another password into web's secret. A new instance has them.
  end web
  boot web CARAVANA_SECRET="$WEB_SECRET" CARAVANA_PROXIES=10.20.0.0/16
  await "the new web instance's health" healthy
  environment=$(operate "ops/bin/operator-environment")$'\n'
  operate "$environment"'ops/bin/check-health && ops/bin/show-queue' >/dev/null
  [ "$(in_aws curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $former" "http://$web_address/api/videos")" = 401 ] ||
    fail "a token of the former key is still accepted"
}

ready() { in_aws curl -sf -o /dev/null --max-time 5 "http://$web_address/api/health/ready"; }
