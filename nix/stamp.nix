# The two files that say which lock built a system, the same that hostlock.nix makes if hostlock.toml has `stamp = true`. They depend
# on the bytes of the lock alone, so that a system does not change with the rest of the repository.
{ host, lock, ... }:
let
  inherit (builtins) elemAt hashString match readFile storeDir stringLength substring toFile toJSON unsafeDiscardStringContext;
  text = unsafeDiscardStringContext (readFile lock);

  # The path of a file in its repository: locks/plex.lock of /nix/store/…-source/locks/plex.lock.
  placeOf = path:
    let
      inStore = substring 0 (stringLength storeDir) path == storeDir;
      parts = match "/[^/]+/(.+)" (substring (stringLength storeDir) (-1) path);
    in
    unsafeDiscardStringContext (if inStore && parts != null then elemAt parts 0 else baseNameOf path);
in
rec {
  file = toFile "flake.lock" text;
  about = toFile "host.json" (toJSON { inherit host; lock = placeOf (toString lock); sha256 = hashString "sha256" text; version = 1; });

  # For /etc. If hostlock.nix stamps the system too, its files win, because it knows the lock and does not have to be told.
  etc = mkDefault: {
    "hostlock/flake.lock".source = mkDefault file;
    "hostlock/host.json".source = mkDefault about;
  };
  commands = ''
    if [ ! -e $out/hostlock ]; then
      mkdir $out/hostlock
      cp ${file} $out/hostlock/flake.lock
      cp ${about} $out/hostlock/host.json
    fi
  '';
}
