# hostlock.nix: builds each host of this flake by a lock of its own. Written by `hostlock init`, renewed by `hostlock init --upgrade`.
#
#   outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs, ... }@inputs: { … your outputs, unchanged … });
#
# For every host in hostlock.toml your function is called again with the inputs that the host's lock pins, and only that host's
# configurations are taken from what it returns. Pure Nix: no flag can be forgotten. Lazy: building one host fetches nothing of
# another host's lock, nor of flake.lock.
let
  version = 1; # of this file and of hostlock.toml

  inherit (builtins)
    attrNames concatLists elemAt filter fromJSON fromTOML functionArgs groupBy hashString head isList length listToAttrs map mapAttrs
    match pathExists readFile removeAttrs replaceStrings split stringLength substring tail toJSON unsafeDiscardStringContext;

  fail = file: message: command: throw "hostlock: ${file}: ${message}\n       mend it with: ${command}";

  # The inputs that a lock pins, as Nix makes them of flake.lock (libflake/call-flake.nix).
  #   text    the lock
  #   file    its name, for messages
  #   name    whose it is
  #   source  the source of this repository: relative path inputs of the root are folders in it
  #   dir     where in it this flake is
  inputsOf = { text, file, name, source, dir }:
    let
      lock =
        if length (split "\n<<<<<<< " text) > 1
        then fail file "it has conflict markers of a merge in it" "git checkout --ours ${file}; hostlock lock ${name}"
        else fromJSON text;
      join = base: path: if path == "" then base else if base == "" then path else "${base}/${path}";
      # A key stands for a node; a list of names is a path of inputs from the root, which may go through others.
      resolve = target: if isList target then follow lock.root target else target;
      follow = key: path:
        if path == [ ] then key
        else follow (resolve lock.nodes.${key}.inputs.${head path}) (tail path);

      nodes = mapAttrs
        (key: node:
          let
            isRoot = key == lock.root;
            isRelative = !isRoot && (node.locked.type or "") == "path" && substring 0 1 node.locked.path != "/";
            parent = nodes.${follow lock.root (node.parent or [ ])};
            sourceInfo =
              if isRoot then source
              else if isRelative then parent.sourceInfo
              else builtins.fetchTree ((node.info or { }) // removeAttrs node.locked [ "dir" ]);
            base = if isRoot then join source.outPath dir else if isRelative then join parent.outPath node.locked.path else sourceInfo.outPath;
            outPath = if isRoot then base else join base (node.locked.dir or "");
            inputs = mapAttrs (_: target: nodes.${resolve target}.result) (node.inputs or { });
            outputs = (import (outPath + "/flake.nix")).outputs (inputs // { self = result; });
            result =
              if node.flake or true
              then outputs // sourceInfo // { inherit outPath inputs outputs sourceInfo; _type = "flake"; }
              else sourceInfo // { inherit sourceInfo outPath; };
          in
          { inherit sourceInfo outPath inputs result; })
        lock.nodes;
    in
    if lock.version > 7
    then fail file "its version ${toString lock.version} is newer than this hostlock.nix knows" "hostlock init --upgrade"
    else nodes.${lock.root}.inputs;
in

inputs: outputsOf:
let
  here = toString ./.;
  source = inputs.self.sourceInfo;
  # Where this flake is in its repository: "" or "a/b".
  dir =
    let root = toString source.outPath;
    in unsafeDiscardStringContext (substring (stringLength root + 1) (stringLength here) here);

  fleet =
    let toml = fromTOML (readFile (./. + "/hostlock.toml"));
    in
    if toml.version or 0 > version
    then fail "hostlock.toml" "its version ${toString toml.version} is newer than this hostlock.nix knows" "hostlock init --upgrade"
    else toml;

  hosts = mapAttrs
    (name: host: {
      inherit name;
      lock = replaceStrings [ "{host}" ] [ name ] (host.lock or fleet.lock or "locks/{host}.lock");
      configurations = map configuration (host.configurations or [ "nixosConfigurations.\"${name}\"" ]);
      stamp = host.stamp or fleet.stamp or false;
    })
    (fleet.hosts or { });

  # 'homeConfigurations."jono@nixahi"' is one of homeConfigurations, by the name in quotes.
  configuration = text:
    let parts = match "([^.\"]+)[.]\"?([^\"]+)\"?" text;
    in
    if parts == null
    then fail "hostlock.toml" "'${text}' is not OUTPUT.NAME" "an editor"
    else { output = elemAt parts 0; name = elemAt parts 1; };

  # What the outputs function returns for a lock; hosts that share a lock share it.
  byLock = mapAttrs
    (file: sharers:
      let
        name = (head sharers).name;
        path = ./. + "/${file}";
        text =
          if pathExists path then readFile path
          else fail file "the lock of ${name} is not there, or git does not know it" "hostlock lock ${name}; git add -N ${file}";
        locked = inputsOf { inherit text file name source dir; };
        # An input that the flake has and the lock has not: an error where it is used, never another lock's.
        absent = mapAttrs
          (input: _: fail file "it does not have input '${input}'" "hostlock lock ${name}")
          (removeAttrs (functionArgs outputsOf // inputs) (attrNames locked ++ optionals ++ [ "self" ]));
        hostInputs = absent // locked;
        outputs = outputsOf (hostInputs // { inherit self; });
        # This repository as the host sees it: the same source, its own inputs; the other hosts by their own locks.
        self = outputs // configurations // source // {
          inherit (inputs.self) outPath;
          inputs = locked;
          outputs = outputs // configurations;
          sourceInfo = source;
          _type = "flake";
        };
      in
      { inherit outputs text path; })
    (groupBy (host: host.lock) (filter (host: host.lock != "flake.lock") (map (name: hosts.${name}) (attrNames hosts))));

  # Formals with a default may be missing.
  optionals = let formals = functionArgs outputsOf; in filter (name: formals.${name}) (attrNames formals);

  rootOutputs = outputsOf inputs;

  build = host: { output, name }:
    if host.lock == "flake.lock" then rootOutputs.${output}.${name}
    else
      let
        lock = byLock.${host.lock};
        built = lock.outputs.${output}.${name} or
          (fail "hostlock.toml" "'${output}' has no '${name}', which ${host.name} is said to be" "an editor");
      in
      if host.stamp && built ? extendModules then built.extendModules { modules = [ (stampOf host lock) ]; } else built;

  # A running system, and every generation kept of it, can say which lock built it. No commit is named: that would make every
  # host differ at every commit.
  stampOf = host: lock: {
    environment.etc."hostlock/flake.lock".source = lock.path;
    environment.etc."hostlock/host.json".text = toJSON {
      host = host.name;
      lock = host.lock;
      sha256 = hashString "sha256" lock.text;
      version = 1;
    };
  };

  # output name → configuration name → what the host's own lock makes of it
  configurations = mapAttrs
    (_: entries: listToAttrs (map (entry: { inherit (entry.is) name; value = build entry.host entry.is; }) entries))
    (groupBy (entry: entry.is.output)
      (concatLists (map (name: map (is: { host = hosts.${name}; inherit is; }) hosts.${name}.configurations) (attrNames hosts))));
in
if fleet ? outputs
# The names are known: nothing of the root lock is needed to learn them.
then listToAttrs (map (name: { inherit name; value = configurations.${name} or rootOutputs.${name}; }) fleet.outputs) // configurations
else rootOutputs // mapAttrs (output: own: (rootOutputs.${output} or { }) // own) configurations
