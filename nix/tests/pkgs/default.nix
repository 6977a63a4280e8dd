# Packages: each is a derivation that does next to nothing and carries what it was given.
{ system ? builtins.currentSystem, overlays ? [ ] }:
let
  lib = import ./lib.nix;
  stub = name: derivation { inherit name system; builder = "/bin/sh"; args = [ "-c" "echo ${name} >$out" ]; };

  first = final: {
    inherit lib system overlays;
    path = ./.;
    callPackage = file: given:
      let f = import file; in f (builtins.intersectAttrs (builtins.functionArgs f) final // given);

    stdenv = {
      cc = stub "cc" // { cc = stub "cc-lib"; bintools.dynamicLinker = "/lib/ld.so"; };
      hostPlatform = { inherit system; isLinux = lib.hasSuffix "-linux" system; };
      buildPlatform = { inherit system; canExecute = other: other.system == system; };
    };
    dotnetCorePackages = { sdk_10_0 = stub "dotnet-sdk"; runtime_10_0 = stub "dotnet-runtime"; };
    stdenvNoCC.mkDerivation = given: derivation {
      name = "${given.pname}-${given.version}";
      inherit system;
      inherit (given) src installPhase;
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      # Of the phases this one, and of what makes wrappers what shows in the result: the program itself.
      args = [ "-c" "set -e; cd $src; patchShebangs() { :; }; wrapProgram() { :; }; eval \"$installPhase\"" ];
    } // { inherit (given) pname version meta; };
    writeShellScriptBin = name: text: derivation {
      inherit name system text;
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      args = [ "-c" "mkdir -p $out/bin; printf '#!/bin/sh\\n%s' \"$text\" >$out/bin/$name; chmod +x $out/bin/$name" ];
    };

    # The program it makes prints the arguments of the build.
    buildDotnetModule = given:
      let carried = removeAttrs given [ "meta" ]; in
      derivation {
        name = "${given.pname}-${given.version}";
        inherit system;
        builder = "/bin/sh";
        PATH = "/usr/bin:/bin";
        given = builtins.toJSON carried;
        passAsFile = [ "given" ];
        program = "#!/bin/sh\ncat ${placeholder "out"}/given.json\n";
        args = [ "-c" "mkdir -p $out/bin; cp $givenPath $out/given.json; printf %s \"$program\" >$out/bin/${given.pname}; chmod +x $out/bin/${given.pname}" ];
      } // { inherit (given) pname version meta; inherit given; };

    mkShell = given: derivation { name = "shell"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo >$out" ]; given = builtins.toJSON given; };
  } // lib.genAttrs [ "curl" "git" "gitMinimal" "installShellFiles" "jq" "makeBinaryWrapper" "makeWrapper" "nix" "openssl" "patchelf" "python3" "versionCheckHook" "zlib" ] stub;

  packages = builtins.foldl' (before: overlay: final: let previous = before final; in previous // overlay final previous) first overlays;
  final = packages final;
in
final
