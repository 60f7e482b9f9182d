#!/usr/bin/env bash
# Run by Packer, as root, on the machine that becomes an image; what was uploaded is in /tmp/caravana.
set -euo pipefail
: "${TIER:?}" "${REGION:?}"
from=/tmp/caravana

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get -y upgrade
packages=(openjdk-17-jre-headless awscli curl jq logrotate needrestart openssl unattended-upgrades)
case "$TIER" in
  web) packages+=(nginx) ;;
  worker) packages+=(ffmpeg) ;;
esac
apt-get install -y --no-install-recommends "${packages[@]}"

# The CloudWatch agent is in AWS's own buckets; the package's signature is checked against the key that comes with it.
curl -sSfo /tmp/agent.deb "https://amazoncloudwatch-agent-$REGION.s3.$REGION.amazonaws.com/debian/amd64/latest/amazon-cloudwatch-agent.deb"
apt-get install -y /tmp/agent.deb

# Authorities of RDS, by which the apps know the database.
install -d /etc/caravana
curl -sSfo /etc/caravana/rds-ca.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem

# After an upgrade, needrestart restarts the units whose programs still run the old files: a JDK's, above all.
install -m 0644 "$from/packer/needrestart.conf" /etc/needrestart/conf.d/caravana.conf

adduser --system --group --home /var/lib/caravana --no-create-home caravana
# Where units' output is appended; systemd opens the files as root, and the agent reads them as root.
install -d -m 0750 /var/log/caravana
install -m 0644 "$from/packer/logrotate" /etc/logrotate.d/caravana

install -d /opt/caravana
cp -r "$from/ops/bin" /opt/caravana/bin
cp -r "$from/packer/cloudwatch/$TIER" /opt/caravana/cloudwatch
install -m 0644 "$from/packer/jvm-$TIER.options" /opt/caravana/jvm.options
cp "$from"/ops/systemd/*.service "$from/ops/systemd/caravana-$TIER.target" /etc/systemd/system/

mv "$from/app.jar" "$from/routes-$TIER.jar"
java -Djarmode=tools -jar "$from/routes-$TIER.jar" extract --destination /opt/caravana/app
"$from/packer/make-class-archive.sh" "$TIER"

if [ "$TIER" = web ]; then
  install -d /etc/systemd/system/nginx.service.d /var/www/caravana
  install -m 0644 "$from/ops/systemd/nginx.service.d/caravana.conf" /etc/systemd/system/nginx.service.d/
  install -m 0644 "$from/ops/nginx/nginx.conf" "$from/ops/nginx/caravana.conf" /etc/nginx/
  # Started by the target, with settings; not by itself.
  systemctl disable --now nginx
fi
systemctl disable amazon-cloudwatch-agent || true
systemctl daemon-reload

chown -R root:root /opt/caravana
chmod -R go-w /opt/caravana
rm -rf "$from" /tmp/agent.deb
apt-get clean
# What must differ between instances.
rm -f /etc/ssh/ssh_host_* /etc/machine-id
touch /etc/machine-id
cloud-init clean --logs
