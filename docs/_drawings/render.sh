#!/bin/sh
# Render the images that must be PNG from their SVG sources in this folder:
# the cover of the EPUB and the Open Graph image.
# Requires Chromium and the font TeX Gyre Pagella (see requirements/system.txt).
set -eu
cd "$(dirname "$0")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

draw() { # source, target, width, height
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --default-background-color=00000000 --user-data-dir="$profile" \
        --screenshot="$PWD/$2" --window-size="$3,$4" "file://$PWD/$1" 2>/dev/null
    test -s "$2"
}

draw cover.svg ../_static/cover.png 1200 1800
draw open-graph.svg ../_static/open-graph.png 1200 630
