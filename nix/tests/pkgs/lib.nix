# The functions of nixpkgs' library that are asked for, and a module system with conditions, priorities and types.
let
  inherit (builtins)
    attrNames concatLists concatMap concatStringsSep filter foldl' head isAttrs isFunction isList isPath isString listToAttrs map sort
    stringLength substring toJSON;
in
rec {
  genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);
  version = head (builtins.match "([^\n]*)\n?" (builtins.readFile ./version));
  licenses.mit = { spdxId = "MIT"; };
  literalExpression = text: { _type = "literalExpression"; inherit text; };
  literalMD = text: { _type = "literalMD"; inherit text; };
  makeBinPath = packages: concatStringsSep ":" (map (package: "${package}/bin") packages);
  makeLibraryPath = packages: concatStringsSep ":" (map (package: "${package}/lib") packages);
  optionalString = condition: text: if condition then text else "";
  optionals = condition: list: if condition then list else [ ];
  hasSuffix = suffix: text: let length = stringLength text - stringLength suffix; in length >= 0 && substring length (-1) text == suffix;

  # A set of files is a list of places and which files below them are meant.
  fileset =
    let toSet = set: if isList set then set else [ { place = toString set; keeps = _: true; } ]; in
    {
      unions = concatMap toSet;
      fileFilter = keeps: place: [ { place = toString place; inherit keeps; } ];
      toSource = { root, fileset }: {
        outPath = builtins.path {
          name = "source";
          path = root;
          filter = path: type:
            let holds = folder: below: folder == below || substring 0 (stringLength folder + 1) below == "${folder}/"; in
            filter (set: (type == "directory" && holds path set.place) || (holds set.place path && (type == "directory" || set.keeps { name = baseNameOf path; }))) (toSet fileset) != [ ];
        };
      };
    };

  mkOption = option: { _type = "option"; } // option;
  mkEnableOption = what: mkOption { type = types.bool; default = false; description = "Whether to enable ${what}."; };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkDefault = mkOverride 1000;
  mkAfter = content: { _type = "order"; order = 1500; inherit content; };
  mkRenamedOptionModule = from: to:
    let
      at = path: set: foldl' (inner: name: inner.${name}) set path;
      put = path: value: foldl' (inner: name: { ${name} = inner; }) value (reverse path);
      reverse = foldl' (reversed: name: [ name ] ++ reversed) [ ];
    in
    { config, ... }: {
      options = put from (mkOption { type = types.anything; default = null; description = "Another name of ${concatStringsSep "." to}."; });
      config = put to (mkIf (at from config != null) (at from config));
    };

  types =
    let
      one = is: name: definitions:
        let values = map (definition: definition.value) definitions; in
        if !(is (head values)) then throw "${name} is of another type"
        else if filter (value: value != head values) values != [ ] then throw "${name} has conflicting values"
        else head values;
    in
    {
      anything = one (_: true);
      bool = one builtins.isBool;
      ints.positive = one (value: builtins.isInt value && value > 0);
      listOf = _: _: definitions: concatLists (map (definition: definition.value) definitions);
      str = one isString;
      strMatching = pattern: one (value: isString value && builtins.match pattern value != null);
      nullOr = type: name: definitions: if filter (definition: definition.value != null) definitions == [ ] then null else type name definitions;
      path = one (value: isPath value || isString value);
      package = one isAttrs;
      lines = _: definitions: concatStringsSep "\n" (map (definition: definition.value) definitions);
      list = _: definitions: concatLists (map (definition: definition.value) definitions);
      attrsOf = type: name: definitions:
        genAttrs (attrNames (foldl' (all: definition: all // definition.value) { } definitions))
          (key: merged type "${name}.${key}" (concatMap (definition: within definition key) definitions));
    };

  # What is said of an option is taken apart only as far as its names go: a condition may be about what is still to be merged.
  spread = definition:
    let value = definition.value; in
    if !(isAttrs value) then [ definition ]
    else if value._type or "" == "if" then spread (definition // { value = value.content; holds = definition.holds && value.condition; })
    else if value._type or "" == "override" then spread (definition // { value = value.content; inherit (value) priority; })
    else if value._type or "" == "order" then spread (definition // { value = value.content; inherit (value) order; })
    else if value._type or "" == "merge" then concatMap (content: spread (definition // { value = content; })) value.contents
    else [ definition ];
  within = definition: key: if definition.value ? ${key} then spread (definition // { value = definition.value.${key}; }) else [ ];
  merged = type: name: definitions:
    let
      holding = filter (definition: definition.holds) definitions;
      first = foldl' (least: definition: if definition.priority < least then definition.priority else least) 10000 holding;
    in
    type name (sort (a: b: a.order < b.order) (filter (definition: definition.priority == first) holding));

  evalModules = { modules, specialArgs ? { } }:
    let
      load = module:
        let
          loaded = if isPath module || isString module then import module else module;
          value = if isFunction loaded then loaded ({ inherit config lib options; } // specialArgs) else loaded;
          isFull = value ? options || value ? config;
        in
        concatMap load (value.imports or [ ]) ++ [ {
          options = value.options or { };
          config = if isFull then value.config or { } else removeAttrs value [ "imports" ];
        } ];
      lib = import ./lib.nix;
      loadedModules = concatMap load modules;

      join = a: b: a // b // genAttrs (filter (name: a ? ${name}) (attrNames b)) (name: if a.${name} ? _type then b.${name} else join a.${name} b.${name});
      options = foldl' (all: module: join all module.options) { } loadedModules;

      # Names that no module declares are taken as they are.
      resolve = path: options: definitions:
        genAttrs (attrNames (foldl' (all: definition: all // definition.value) options definitions)) (name:
          let
            place = if path == "" then name else "${path}.${name}";
            inner = concatMap (definition: within definition name) definitions;
            option = options.${name};
          in
          if !(options ? ${name}) then map (definition: definition.value) (filter (definition: definition.holds) inner)
          else if option._type or "" != "option" then resolve place option inner
          else if filter (definition: definition.holds) inner != [ ] then merged option.type place inner
          else option.default or (throw "${place} is used and has no value"));
      config = resolve "" options
        (concatMap (module: spread { value = module.config; holds = true; priority = 100; order = 1000; }) loadedModules);
    in
    { inherit config options; };

  nixosSystem = { system ? "x86_64-linux", modules, specialArgs ? { } }@base:
    let
      platform = { nixpkgs.hostPlatform = mkDefault system; };
      evaluated = evalModules { modules = [ nixos platform ] ++ modules; specialArgs = specialArgs // { inherit pkgs; }; };
      pkgs = import ./. { system = evaluated.config.nixpkgs.hostPlatform; inherit (evaluated.config.nixpkgs) overlays; };

      nixos = { config, ... }: {
        options = {
          environment.etc = mkOption { type = types.attrsOf (types.attrsOf types.path); default = { }; };
          environment.systemPackages = mkOption { type = types.list; default = [ ]; };
          environment.variables = mkOption { type = types.attrsOf types.str; default = { }; };
          networking.hostName = mkOption { type = types.str; default = "nixos"; };
          nixpkgs.hostPlatform = mkOption { type = types.str; default = "x86_64-linux"; };
          nixpkgs.overlays = mkOption { type = types.list; default = [ ]; };
          system.configurationRevision = mkOption { type = types.str; default = "none"; };
          system.systemBuilderCommands = mkOption { type = types.lines; default = ""; };
          system.build.toplevel = mkOption { type = types.package; };
        };
        config.system.build.toplevel = derivation {
          name = "nixos-system-${config.networking.hostName}";
          system = config.nixpkgs.hostPlatform;
          builder = "/bin/sh";
          PATH = "/usr/bin:/bin";
          args = [ "-c" "set -e; mkdir $out; cp $settingsPath $out/settings.json; eval \"$commands\"" ];
          commands = config.system.systemBuilderCommands;
          passAsFile = [ "settings" ];
          inherit version;
          settings = toJSON (removeAttrs config [ "deployment" "nixpkgs" "programs" "system" ] // { revision = config.system.configurationRevision; }
            // (if config ? services.hostlock then { services = removeAttrs config.services [ "hostlock" ]; } else { }));
        };
      };
    in
    evaluated // {
      inherit pkgs;
      # What a tool needs to put the same system together once more.
      _module = { inherit specialArgs; args = { inherit modules pkgs; }; };
      extendModules = more: nixosSystem (base // { modules = modules ++ more.modules; });
    };
}
