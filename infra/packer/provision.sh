#!/usr/bin/env bash
# Run by Packer, as root, on the machine that becomes an image; what was uploaded is in /tmp/caravana. A file in
# /tmp/caravana/downloads is taken instead of the download of that name, and is not checked: the boot test has some there.
set -euo pipefail
: "${TIER:?}" "${REGION:?}"
from=/tmp/caravana
architecture=$(dpkg --print-architecture)

download() { # URL FILE
  if [ -f "$from/downloads/${1##*/}" ]; then
    cp "$from/downloads/${1##*/}" "$2"
  else
    curl -sSf --retry 3 -o "$2" "$1"
  fi
}

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get -y upgrade
# psql is for the operators' scripts, gpgv for the agents' signatures.
packages=(openjdk-17-jre-headless awscli curl gpg gpgv jq logrotate needrestart openssl postgresql-client unattended-upgrades)
case "$TIER" in
  web) packages+=(nginx) ;;
  worker) packages+=(ffmpeg) ;;
esac
apt-get install -y --no-install-recommends "${packages[@]}"

# The agents are in AWS's own buckets, each package with a signature.
install_agent() { # URL KEY_FILE KEY_FINGERPRINT
  local package=/tmp/${1##*/}
  download "$1" "$package"
  if [ -z "$3" ]; then
    echo "provision: the signature of ${1##*/} is not checked, since no fingerprint of its key was given; TLS vouches for it" >&2
  elif [ ! -f "$from/downloads/${1##*/}" ]; then
    download "$1.sig" "$package.sig"
    "$from/packer/check-signature.sh" "$package" "$2" "$3"
  fi
  apt-get install -y "$package"
  rm -f "$package" "$package.sig"
}

# The CloudWatch agent's key has been the same since 2017; its fingerprint is in AWS's documentation.
download https://amazoncloudwatch-agent.s3.amazonaws.com/assets/amazon-cloudwatch-agent.gpg /tmp/cloudwatch.gpg
install_agent "https://amazoncloudwatch-agent-$REGION.s3.$REGION.amazonaws.com/debian/$architecture/latest/amazon-cloudwatch-agent.deb" \
  /tmp/cloudwatch.gpg 937616F3450B7D806CBD9725D58167303B789C72
# Session Manager's agent, by which operators get a shell here. AWS replaces its key every other year and publishes it in its
# documentation alone: a build that shall check the signature gets key and fingerprint from you (docs/deploy.md).
install_agent "https://s3.$REGION.amazonaws.com/amazon-ssm-$REGION/latest/debian_$architecture/amazon-ssm-agent.deb" \
  "$from/packer/ssm-agent.gpg" "${SSM_AGENT_KEY:-}"

# Authorities of RDS, by which the apps know the database. It has no signature: TLS vouches for it.
install -d /etc/caravana
download https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/caravana/rds-ca.pem

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
  # The target starts it once its settings are available, not the boot.
  systemctl disable nginx
  systemctl stop nginx || true
fi
systemctl disable amazon-cloudwatch-agent
systemctl enable amazon-ssm-agent
systemctl daemon-reload || true

chown -R root:root /opt/caravana
chmod -R go-w /opt/caravana
rm -rf "$from" /tmp/cloudwatch.gpg
apt-get clean
# What must differ between instances.
rm -f /etc/ssh/ssh_host_* /etc/machine-id
touch /etc/machine-id
cloud-init clean --logs
