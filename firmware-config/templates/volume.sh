#!/bin/sh
# Loudness of calls. Cards name their mixers differently, and many have none over HDMI.
for mixer in Master PCM Headphone Speaker; do
  amixer -q -M sset "$mixer" {{volume}} unmute 2>/dev/null || true
done
