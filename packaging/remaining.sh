# Names what stays behind when the package is removed: services that were made quiet, by
# “gpu-keepalive quiet --write” or by an administrator. They are their owners' files, so they are not
# removed; without GPU Keepalive their first answers are slower.
remaining() {
    root=${DPKG_ROOT:-}
    homes=$(getent passwd 2>/dev/null | cut -d: -f6 | grep '^/' | sort -u)
    found=
    before=$IFS
    IFS='
'
    for folder in /etc/systemd/system /etc/systemd/user \
        $(printf '%s\n' "$homes" | sed 's|/*$|/.config/systemd/user|'); do
        for file in "$root$folder"/*.service.d/gpu-keepalive-quiet.conf; do
            if [ -f "$file" ]; then
                found="$found  $file
"
            fi
        done
    done
    IFS=$before
    if [ -n "$found" ]; then
        echo "gpu-keepalive: these services stay quiet, and nothing wakes the GPU for them any more:"
        printf '%s' "$found"
        echo "Remove these files, then reload systemd and restart the services."
    fi
}
