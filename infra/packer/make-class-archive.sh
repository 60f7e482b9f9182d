#!/usr/bin/env bash
# Makes the archive of the app's classes, from which the JVM starts faster (class-data sharing): the app is started until
# its beans exist, without any system around it, and the classes that it has loaded are kept. The JVM's options are
# those of the unit, since an archive serves only a JVM like the one that made it.
# usage: make-class-archive.sh TIER [FOLDER], the folder being that of app/ and jvm.options
set -euo pipefail

tier=$1 folder=${2:-/opt/caravana}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
grep -v SharedArchiveFile "$folder/jvm.options" >"$work/options"
# Addresses where nobody answers. Web's migrations need a database and are left out. A start that fails has loaded only some
# of the classes, so that its archive would be of little use: it fails the image.
if ! (
  cd "$work"
  env DATABASE_URL=postgresql://nobody:none@127.0.0.1:1/none S3_BUCKET=none \
    SQS_QUEUE_URL=http://127.0.0.1:1/jobs SQS_DLQ_URL=http://127.0.0.1:1/dead \
    AWS_REGION=none AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none \
    JWT_PRIVATE_KEY="$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w 0)" \
    CARAVANA_SECRET_KEY="$(openssl rand -base64 32)" OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 \
    java "@$work/options" "-XX:ArchiveClassesAtExit=$folder/app/app.jsa" \
    -Dspring.context.exit=onRefresh -Dspring.flyway.enabled=false \
    -jar "$folder/app/routes-$tier.jar"
) >"$work/log" 2>&1 || [ ! -s "$folder/app/app.jsa" ]; then
  grep -v '\[cds\]' "$work/log" | tail -40 >&2
  echo "make-class-archive: routes-$tier.jar did not start; its last lines are above, and no archive was made" >&2
  rm -f "$folder/app/app.jsa"
  exit 1
fi
