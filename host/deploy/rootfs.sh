#!/bin/sh
# Lays out the root of an image that has one program, the libraries that it names, and a user of its own:
#
#   rootfs.sh PROGRAM CONFIGURATION FOLDER
set -eu
program=$1
configuration=$2
root=$3
user=65532

install -D --mode=755 "$program" "$root/usr/bin/security-contact"
install -D --mode=644 "$configuration" "$root/etc/security-contact/config.toml"
# The loader and every library, each at the path at which it is looked for. Names are resolved by the C library itself.
ldd "$program" | grep --only-matching '/[^ ]*' | while read -r library; do
  install -D --mode=755 "$library" "$root$library"
done
echo "security-contact:x:$user:$user::/var/lib/security-contact:/nonexistent" >"$root/etc/passwd"
echo "security-contact:x:$user:" >"$root/etc/group"
install --directory --mode=700 "$root/var/lib/security-contact"
install --directory --mode=1777 "$root/tmp"
# Only root can give a folder away; elsewhere it stays with whoever runs this.
if [ "$(id -u)" = 0 ]; then chown "$user:$user" "$root/var/lib/security-contact"; fi
