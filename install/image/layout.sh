# shellcheck shell=bash
# An OCI image layout (https://github.com/opencontainers/image-spec) of a folder. For install/image.sh.

# shellcheck disable=SC2034 # for image.sh
image_programs=(evenkeel-node evenkeel-watch evenkeel-cni evenkeel-hook evenkeel-runtime)

# architecture PROGRAM: by the machine in its ELF header, elf(5).
architecture() {
    case $(od -An -tx1 -j18 -N2 "$1" | tr -d ' ') in
    3e00) echo amd64 ;;
    b700) echo arm64 ;;
    *) return 1 ;;
    esac
}

# make_root FOLDER PROGRAMS INSTALL: what is in the image. Runtimes mount on the empty folders.
make_root() {
    local doc=$1/usr/share/doc/evenkeel
    install -d -m 755 "$1"/{bin,dev,etc/evenkeel,host,proc,run/evenkeel,run/netns,sys} "$doc"
    install -m 755 "${image_programs[@]/#/$2/}" "$1/bin"
    install -m 644 "$3/../LICENSE" "$3"/licenses/* "$doc"
}

# pack FOLDER TIME: a tar archive that depends on nothing but the content.
pack() {
    LC_ALL=C tar --create --directory="$1" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$2" \
        --mode=u=rwX,go=rX .
}

# blob LAYOUT TYPE <CONTENT: puts it into the layout and prints its descriptor.
blob() {
    local new=$1/new digest
    cat >"$new"
    digest=$(sha256sum "$new" | cut -d' ' -f1)
    jq -cn --arg type "$2" --arg digest "sha256:$digest" --argjson size "$(stat -c %s "$new")" \
        '{mediaType: $type, digest: $digest, size: $size}'
    mv "$new" "$1/blobs/sha256/$digest"
}

# make_layout ROOT LAYOUT ARCH VERSION TIME NAME
make_layout() {
    local kind=application/vnd.oci.image created difference layer config manifest
    created=$(date -u -d "@$5" +%Y-%m-%dT%H:%M:%SZ)
    mkdir -p "$2/blobs/sha256"
    difference=sha256:$(pack "$1" "$5" | sha256sum | cut -d' ' -f1)
    layer=$(pack "$1" "$5" | gzip -9n | blob "$2" $kind.layer.v1.tar+gzip)
    config=$(jq -n --arg arch "$3" --arg version "$4" --arg created "$created" --arg difference "$difference" '{
        created: $created, architecture: $arch, os: "linux",
        config: {
            User: "0:0", Env: ["PATH=/bin"], Entrypoint: ["/bin/evenkeel-node"], Cmd: ["--help"], WorkingDir: "/",
            Labels: {
                "org.opencontainers.image.title": "evenkeel",
                "org.opencontainers.image.description": "Keeps containers with several networks reachable",
                "org.opencontainers.image.version": $version,
                "org.opencontainers.image.created": $created,
                "org.opencontainers.image.licenses": "GPL-3.0-or-later"
            }
        },
        rootfs: {type: "layers", diff_ids: [$difference]},
        history: [{created: $created, created_by: "install/image.sh"}]
    }' | blob "$2" $kind.config.v1+json)
    manifest=$(jq -n --argjson config "$config" --argjson layer "$layer" --arg version "$4" --arg created "$created" \
        --arg type $kind.manifest.v1+json '{
        schemaVersion: 2, mediaType: $type, config: $config, layers: [$layer],
        annotations: {"org.opencontainers.image.version": $version, "org.opencontainers.image.created": $created}
    }' | blob "$2" $kind.manifest.v1+json)
    # podman takes the name from the first, containerd from the second.
    jq -n --argjson manifest "$manifest" --arg arch "$3" --arg name "$6:$4" --arg type $kind.index.v1+json '{
        schemaVersion: 2, mediaType: $type, manifests: [$manifest + {
            platform: {architecture: $arch, os: "linux"},
            annotations: {"org.opencontainers.image.ref.name": $name, "io.containerd.image.name": $name}
        }]
    }' >"$2/index.json"
    echo '{"imageLayoutVersion": "1.0.0"}' >"$2/oci-layout"
}
