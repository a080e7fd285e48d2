#!/bin/sh
# Shows the page. A server that starts at the same time gets a moment; a kiosk goes on without it.
set -eu
{{turn}}
for _ in 1 2 3 4 5 6 7 8 9 10; do
  curl --silent --fail --max-time 2 --output /dev/null {{authority}} {{server}}/health && break
  sleep 1
done
exec /usr/bin/chromium \
  {{window}} --noerrdialogs --no-first-run --hide-crash-restore-bubble --disable-pinch \
  --ozone-platform=wayland --password-store=basic --disable-component-update \
  --check-for-update-interval=31536000 --autoplay-policy=no-user-gesture-required \
  --force-device-scale-factor={{scale}} --lang=ar --user-data-dir=/var/lib/dawr/browser \
  {{urls}}
