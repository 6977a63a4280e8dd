# hostlock.nix: builds each host of this flake by a lock of its own. `hostlock init --upgrade` renews it. MIT licence.
#   outputs = inputs: import ./hostlock.nix inputs ({ self, nixpkgs, ... }@inputs: { … your outputs, unchanged … });
# For every host in hostlock.toml, your function is called again with the inputs that the host's lock pins, and only that host's configurations
# are taken from the result. This is pure Nix, and lazy: building one host fetches nothing of another host's lock, nor of flake.lock.
let
  version = 1; # the version of this file, and of the newest hostlock.toml that it reads

  inherit (builtins)
    addErrorContext attrNames attrValues compareVersions concatLists elem elemAt filter fromJSON fromTOML functionArgs groupBy hashString head
    intersectAttrs isFunction isList listToAttrs mapAttrs match nixVersion pathExists readFile replaceStrings stringLength substring tail toFile toJSON toXML;

  fail = file: message: mend: throw "hostlock: ${file}: ${message}\nmend it with: ${mend}";
  named = names: value: listToAttrs (map (name: { inherit name; value = value name; }) names);
  join = folder: path: if path == "" then folder else if folder == "" then path else "${folder}/${path}";
  shellWord = text: if match "[A-Za-z0-9_./-]+" text != null then text else "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  startsWith = prefix: text: substring 0 (stringLength prefix) text == prefix;
  flakeOf = sourceInfo: flake: flake.outputs // sourceInfo // flake // { inherit sourceInfo; _type = "flake"; };

  # The address of the archive of a pinned tree of a forge, or of a tarball; null for other trees and for forges on other servers.
  archiveOf = { type, host ? null, owner ? "", repo ? "", rev ? "", url ? "", ... }:
    if type == "github" && (host == null || host == "github.com") then "https://github.com/${owner}/${repo}/archive/${rev}.tar.gz"
    else if type == "gitlab" && (host == null || host == "gitlab.com") then
      "https://gitlab.com/api/v4/projects/${replaceStrings [ "/" ] [ "%2F" ] owner}%2F${repo}/repository/archive.tar.gz?sha=${rev}"
    else if type == "sourcehut" && (host == null || host == "git.sr.ht") then "https://git.sr.ht/${owner}/${repo}/archive/${rev}.tar.gz"
    else if type == "tarball" then url
    else null;

  # The tree of a `locked` entry. Nix itself finds the trees of flake.lock in the store by their hash. Since 2.25, fetchTree does not
  # look there and downloads a tree again once its own cache is gone; fetchTarball does look there. Only fetchTree sends access
  # tokens, so inputs that need a token are listed in hostlock.toml: private = [ "github:acme" ].
  treeOf = isPrivate: locked:
    let url = archiveOf locked; in
    if url == null || isPrivate locked || !(locked ? narHash && locked ? lastModified) || compareVersions nixVersion "2.25" < 0
      || removeAttrs locked [ "type" "host" "owner" "repo" "rev" "ref" "revCount" "url" "narHash" "lastModified" ] != { }
    then builtins.fetchTree locked
    else {
      outPath = addErrorContext
        "while fetching '${url}' without an access token (if it needs one, list it in hostlock.toml: private = [ \"${refOf locked}\" ])"
        (builtins.fetchTarball { name = "source"; inherit url; sha256 = locked.narHash; });
      lastModifiedDate = dateOf locked.lastModified;
    }
    // intersectAttrs { narHash = null; lastModified = null; rev = null; revCount = null; } locked
    // (if locked ? rev then { shortRev = substring 0 7 locked.rev; } else { });

  refOf = { type, owner ? "", repo ? "", url ? "", ... }: if type == "tarball" then url else "${type}:${owner}/${repo}";

  # Seconds since 1970 as YYYYMMDDhhmmss, UTC. The days of all years before one are counted, a year beginning in March.
  dateOf = seconds:
    let
      rest = number: divisor: number - number / divisor * divisor;
      days = seconds / 86400 + 719468; # since 1 March of the year 0
      before = year: 365 * year + year / 4 - year / 100 + year / 400;
      guess = days * 400 / 146097;
      marchYear = if before (guess + 1) <= days then guess + 1 else if before guess > days then guess - 1 else guess;
      day = days - before marchYear;
      month = (5 * day + 2) / 153; # March is 0
      two = number: (if number < 10 then "0" else "") + toString number;
    in
    toString (if month < 10 then marchYear else marchYear + 1) + two (if month < 10 then month + 3 else month - 9) + two (day - (153 * month + 2) / 5 + 1)
    + two (rest seconds 86400 / 3600) + two (rest seconds 3600 / 60) + two (rest seconds 60);

  # The inputs of a flake by a lock, by name, made as Nix makes them of flake.nix and flake.lock (libflake/call-flake.nix): by the `text` of the
  # lock, whose `file` and `host` messages name. Relative path inputs are folders of `source`, the repository, in which the flake is at `folder`.
  inputsOf = { text, file, host, source, folder, isPrivate }:
    let
      lock =
        if replaceStrings [ "<<<<<<< " ] [ "" ] text != text
        then fail file "it has conflict markers of a merge in it" "git checkout --ours ${shellWord file}; hostlock lock ${host}"
        else addErrorContext "while reading the lock '${file}'" (fromJSON text);
      # A key stands for a node; a list of names is a path of inputs from the root, which may lead through other such paths.
      resolve = target: if isList target then follow lock.root target else target;
      follow = key: path: if path == [ ] then key else follow (resolve lock.nodes.${key}.inputs.${head path}) (tail path);

      nodes = mapAttrs
        (key: node:
          let
            isRoot = key == lock.root;
            isRelative = !isRoot && (node.locked.type or "") == "path" && !startsWith "/" node.locked.path;
            parent = nodes.${follow lock.root (node.parent or [ ])};
            sourceInfo =
              if isRoot then source
              else if isRelative then parent.sourceInfo
              else treeOf isPrivate ((node.info or { }) // removeAttrs node.locked [ "dir" ]);
            outPath =
              if isRoot then join source.outPath folder
              else join (if isRelative then join parent.outPath node.locked.path else sourceInfo.outPath) (node.locked.dir or "");
            inputs = mapAttrs (_: target: nodes.${resolve target}.result) (node.inputs or { });
            outputs = (import (outPath + "/flake.nix")).outputs (inputs // { self = result; });
            result =
              if node.flake or true
              then flakeOf sourceInfo { inherit outPath inputs outputs; }
              else sourceInfo // { inherit sourceInfo outPath; };
          in
          { inherit sourceInfo outPath inputs result; })
        lock.nodes;
    in
    if lock.version > 7 then fail file "its version ${toString lock.version} is newer than this hostlock.nix knows" "hostlock init --upgrade"
    else if lock.version < 5 then fail file "its version ${toString lock.version} is older than Nix reads" "hostlock lock ${host}"
    else nodes.${lock.root}.inputs;
in
inputs: outputsOf:
let
  rootInputs = if handedOver == { } then inputs else inputs // handedOver;
  rootOutputs = outputsOf rootInputs;
  source = inputs.self.sourceInfo;
  # The folder of this flake in its repository: "" or "a/b".
  folder =
    let here = toString ./.; root = toString source.outPath; in
    builtins.unsafeDiscardStringContext (substring (stringLength root + 1) (stringLength here) here);
  textOf = file: what: mend: # a file of this flake; Nix sees only files that git tracks
    if pathExists (./. + "/${file}") then readFile (./. + "/${file}")
    else fail file "${what} is not there, or git does not know it" "${mend}; git add -N -f ${shellWord file}";

  fleet =
    let toml = addErrorContext "while reading 'hostlock.toml'" (fromTOML (textOf "hostlock.toml" "the list of hosts" "hostlock init")); in
    if toml.version or 0 > version then fail "hostlock.toml" "its version ${toString toml.version} is newer than this hostlock.nix knows" "hostlock init --upgrade" else toml;
  isPrivate = locked: filter (prefix: refOf locked == prefix || startsWith "${prefix}/" (refOf locked)) (fleet.private or [ ]) != [ ];

  hosts = mapAttrs
    (name: host: {
      inherit name;
      lock = replaceStrings [ "{host}" ] [ name ] (host.lock or fleet.lock or "locks/{host}.lock");
      flake = host.flake or "flake.nix";
      configurations = if host ? configurations then map configurationOf host.configurations else [ { output = "nixosConfigurations"; inherit name; } ];
      stamp = host.stamp or fleet.stamp or false;
    })
    (fleet.hosts or { });
  hostList = attrValues hosts;

  # 'homeConfigurations."jono@nixahi"' is the member jono@nixahi of homeConfigurations.
  configurationOf = text:
    let parts = match "([^.\"]+)[.](\"([^\"]+)\"|[^.\"]+)" text; in
    if parts == null
    then fail "hostlock.toml" "'${text}' is not OUTPUT.NAME; a name with dots goes in quotes" "an editor"
    else { output = elemAt parts 0; name = if elemAt parts 2 != null then elemAt parts 2 else elemAt parts 1; };

  # The result of this flake by each lock; hosts that share a lock share its result.
  byLock = mapAttrs
    (file: sharers:
      let
        inherit (head sharers) name flake;
        isOwn = flake != "flake.nix";
        text = textOf file "the lock of ${name}" "hostlock lock ${name}";
        flakeFolder = join folder (folderOf flake);
        locked = inputsOf { inherit text file source isPrivate; host = name; folder = flakeFolder; };
        # Inputs that the function asks for and the lock lacks: an error if one is used, and never the input of another lock.
        absent = named (attrNames (removeAttrs (formals // inputs) (optional ++ [ "self" ])))
          (input:
            if isOwn && !(own.inputs or { } ? ${input})
            then fail flake "it does not declare input '${input}', which the outputs in flake.nix ask for" "an editor; hostlock lock ${name}"
            else fail file "it does not have input '${input}'" "hostlock lock ${name}");
        # If flake.nix takes the host's flake in as an input, its outputs build the host from that input and their other inputs.
        isTakenIn = isOwn && elem flakeFolder (map (join folder) (attrValues takenIn));
        given = if isTakenIn then rootInputs else absent // handedOver // (if isOwn && !takesAny then intersectAttrs formals locked else locked);
        outputs = outputsOf (given // { inherit self; });
        self = flakeOf source {
          inherit (inputs.self) outPath;
          inputs = if isTakenIn then removeAttrs rootInputs [ "self" ] else handedOver // locked;
          outputs = outputs // inSelf;
        };
        # The flake that a host has in a file of its own. If it defines the host's configuration, that one is taken.
        own = import (./. + "/${flake}");
        ownOutputs = if own ? outputs then own.outputs (locked // { self = ownFlake; }) else { };
        ownFlake = flakeOf source { outPath = join source.outPath flakeFolder; inputs = locked; outputs = ownOutputs; };
        find = output: name: if isOwn && ownOutputs ? ${output}.${name} then ownOutputs else outputs;
      in
      if file == "flake.lock" && !isOwn then { inherit text; find = _: _: rootOutputs; } else { inherit text find ownFlake; })
    (groupBy (host: host.lock) hostList);

  formals = if isFunction outputsOf then functionArgs outputsOf else { };
  optional = filter (name: formals.${name}) (attrNames formals); # those with a default may be missing
  # True if the function takes inputs that it does not name. Only toXML tells of an ellipsis.
  takesAny = let xml = toXML outputsOf; in formals == { } || replaceStrings [ "ellipsis=" ] [ "" ] xml != xml;
  folderOf = file: let parts = match "(.*)/[^/]*" file; in if parts == null then "" else head parts;

  # Inputs that are the flakes of hosts, such as plex-flake.url = "path:./hosts/plex". They are made by the host's own lock, because
  # flake.lock has only an old copy of that lock.
  handedOver = mapAttrs (_: place: byLock.${ownPlaces.${place}}.ownFlake) takenIn;
  ownPlaces = listToAttrs (map (host: { name = folderOf host.flake; value = host.lock; }) (filter (host: host.flake != "flake.nix" && match ".+/flake[.]nix" host.flake != null) hostList));
  takenIn = # input → folder
    let
      placeOf = url: let parts = match "(path:)?[.]/(.*[^/])/*" (toString url); in if parts == null then "" else elemAt parts 1;
      places = mapAttrs (_: input: placeOf (input.url or "")) ((import ./flake.nix).inputs or { });
    in
    if ownPlaces == { } then { } else removeAttrs places (filter (name: !(ownPlaces ? ${places.${name}})) (attrNames places));

  build = host: { output, name }: stamped host ((byLock.${host.lock}.find output name).${output}.${name} or
    (fail "hostlock.toml" "'${output}' has no '${name}', which ${host.name} is said to be" "an editor"));
  stamped = host: built:
    if host.stamp && built ? extendModules then built.extendModules { modules = [ (stampOf host byLock.${host.lock}.text) ]; } else built;

  # Lets a running system, and every generation that is kept, say which lock built it: in /etc/hostlock, and in hostlock/ of the
  # system itself. No commit is named, because then every host would differ at every commit.
  stampOf = host: text: { options, ... }:
    let
      lock = toFile "flake.lock" text;
      about = toFile "host.json" (toJSON { host = host.name; inherit (host) lock; sha256 = hashString "sha256" text; version = 1; });
      commands = "mkdir -p $out/hostlock\ncp ${lock} $out/hostlock/flake.lock\ncp ${about} $out/hostlock/host.json\n";
      has = path: option: options ? ${path} && options.${path} ? ${option};
    in
    {
      config =
        (if has "environment" "etc" then {
          environment.etc."hostlock/flake.lock".source = lock;
          environment.etc."hostlock/host.json".source = about;
        } else { })
        // (if has "system" "systemBuilderCommands" then { system.systemBuilderCommands = commands; }
        else if has "system" "extraSystemBuilderCmds" then { system.extraSystemBuilderCmds = commands; }
        else if has "home" "extraBuilderCommands" then { home.extraBuilderCommands = commands; }
        else { });
    };

  # output name → configuration name → the configuration by the host's own lock
  configurations = mapAttrs
    (_: entries: listToAttrs (map (entry: { inherit (entry.is) name; value = build entry.host entry.is; }) entries))
    (groupBy (entry: entry.is.output) (concatLists (map (host: map (is: { inherit host is; }) host.configurations) hostList)));

  # Outputs that lead to the machines a second time, whatever they are made of: clanInternals.machines.SYSTEM.NAME and colmenaHive.nodes.NAME.
  # `again` takes each host from the result by the host's own lock.
  again = output: machinesOf: mapAttrs (name: machine:
    if hosts ? ${name} then stamped hosts.${name} (machinesOf (byLock.${hosts.${name}.lock}.find output name).${output}).${name} else machine);
  ways = {
    clanInternals = clan: clan // { machines = mapAttrs (system: again "clanInternals" (own: own.machines.${system})) clan.machines; };
    colmenaHive = hive:
      let
        nodes = again "colmenaHive" (own: own.nodes) hive.nodes;
        toplevel = mapAttrs (_: node: node.config.system.build.toplevel) nodes;
        deploymentConfig = mapAttrs (_: node: node.config.deployment) nodes;
        only = names: intersectAttrs (named names (_: null));
      in
      hive // {
        inherit nodes toplevel deploymentConfig;
        deploymentConfigSelected = names: only names deploymentConfig;
        evalSelected = names: only names toplevel;
        evalSelectedDrvPaths = names: mapAttrs (_: system: system.drvPath) (only names toplevel);
      };
  };

  # The configurations that every host sees in `self`: the other hosts by their own locks.
  inSelf = mapAttrs (output: _: result.${output}) configurations;

  result =
    if fleet ? outputs # the names are known, so nothing of the root lock is needed to learn them
    then named fleet.outputs (output: (ways.${output} or (same: same))
      (rootOutputs.${output} or (fail "hostlock.toml" "flake.nix has no output '${output}'" "an editor"))) // configurations
    else rootOutputs // mapAttrs (output: way: way rootOutputs.${output}) (intersectAttrs rootOutputs ways)
      // mapAttrs (output: built: (rootOutputs.${output} or { }) // built) configurations;
in
result
