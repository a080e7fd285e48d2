#!/bin/sh
# Puts what was rendered for {{name}} on this machine. Repeating it is harmless.
{{#program}}
#   sudo sh install.sh RELEASE     RELEASE is the folder with manifest.json, manifest.sig, pack.tar.gz
{{/program}}
set -eu
[ "$(id -u)" = 0 ] || { echo "Run this as root: sudo sh $0 $*"; exit 1; }
{{#program}}
release=${1:?give the folder of the release}
{{#signed}}
printf '%s\n' '-----BEGIN PUBLIC KEY-----' '{{key}}' '-----END PUBLIC KEY-----' > /run/dawr-release.pub
openssl base64 -d -A -in "$release/manifest.sig" -out /run/dawr-release.sig
openssl pkeyutl -verify -pubin -inkey /run/dawr-release.pub -rawin \
  -in "$release/manifest.json" -sigfile /run/dawr-release.sig > /dev/null \
  || { echo "This release is not signed by the key of this centre."; exit 1; }
{{/signed}}
{{#trial}}
echo "A trial: site.json names no releaseKey, so nothing proves whose release this is."
{{/trial}}
value() { sed -n "s/^ *\"$1\": \"\{0,1\}\([a-z0-9-]*\)\"\{0,1\},\{0,1\}$/\1/p" "$release/manifest.json"; }
[ "$(value centre)" = {{centre}} ] || { echo "The release is for $(value centre), not {{centre}}."; exit 1; }
[ "$(value arch)" = {{arch}} ] || { echo "The release is for $(value arch), not {{arch}}."; exit 1; }
echo "$(value sha256)  $release/pack.tar.gz" | sha256sum --check --status \
  || { echo "pack.tar.gz is not whole: copy the release again."; exit 1; }
new=/opt/dawr/releases/$(value number)
mkdir -p /opt/dawr/releases
if [ ! -d "$new" ]; then
  rm -rf "$new.partial" && mkdir "$new.partial"
  tar --extract --gzip --no-same-owner --file "$release/pack.tar.gz" --directory "$new.partial"
  sync && mv "$new.partial" "$new"
fi
[ -d "$new/machines/{{name}}" ] || { echo "The release knows no machine {{name}}."; exit 1; }
ln -sfn "releases/$(value number)" /opt/dawr/current.new && mv -T /opt/dawr/current.new /opt/dawr/current
node /opt/dawr/current/build/agent/machine/main.js settle --machine {{name}}
{{/program}}
{{#files}}
[ "${1:-}" = --in-place ] || cp -R --preserve=mode "$(dirname "$0")/root/." /
systemd-sysusers && systemd-tmpfiles --create /etc/tmpfiles.d/dawr.conf
systemctl daemon-reload && systemctl enable dawr-page.service nftables.service
{{/files}}
{{#ssh}}
id -u technician > /dev/null 2>&1 \
  || useradd --create-home --shell /bin/bash --comment 'Dawr technician' technician
install -d -m 0700 -o technician -g technician /home/technician/.ssh
cat > /home/technician/.ssh/authorized_keys <<'KEYS'
{{keys}}
KEYS
chown technician:technician /home/technician/.ssh/authorized_keys
chmod 0600 /home/technician/.ssh/authorized_keys
echo 'technician ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/dawr-technician
chmod 0440 /etc/sudoers.d/dawr-technician
systemctl enable ssh.service
{{/ssh}}
systemctl set-default {{target}}
echo "{{name}} is set up: reboot."
