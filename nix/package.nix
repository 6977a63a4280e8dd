# Builds hostlock from source into one native executable; for callPackage.
{ lib
, stdenv
, buildDotnetModule
, dotnetCorePackages
, gitMinimal
, installShellFiles
, makeBinaryWrapper
, openssl
, patchelf
, versionCheckHook
, zlib
, revision ? "" # the commit of the sources, for --version; empty if there is none
}:
let
  inherit (lib) fileset;
  # Elsewhere than on Linux nobody has tried the compiler of native programs, so there the program runs on the runtime.
  isNative = stdenv.hostPlatform.isLinux;
  program = if isNative then "$out/lib/hostlock/hostlock" else "${dotnetCorePackages.runtime_10_0}/bin/dotnet $out/lib/hostlock/hostlock.dll";
in
buildDotnetModule {
  pname = "hostlock";
  version = builtins.head (builtins.match ".*<Version>([^<]+)</Version>.*" (builtins.readFile ../Directory.Build.props));

  # Only the sources of the program, so that a change elsewhere rebuilds nothing. global.json and the NuGet locks are left out: they
  # ask for the SDK and the compiler of development, and here both come from nixpkgs.
  src = fileset.toSource {
    root = ../.;
    fileset = fileset.unions [
      ../BannedSymbols.txt
      ../Directory.Build.props
      ../Directory.Packages.props
      ./hostlock.nix
      (fileset.fileFilter (file: file.name != "packages.lock.json") ../src)
    ];
  };

  projectFile = "src/Hostlock.Cli/Hostlock.Cli.csproj";
  nugetDeps = ./deps.json; # written by eng/nix-deps
  dotnet-sdk = dotnetCorePackages.sdk_10_0;
  dotnet-runtime = if isNative then null else dotnetCorePackages.runtime_10_0;
  selfContainedBuild = isNative;

  dotnetFlags = [
    # The version of the runtime that belongs to the SDK: nixpkgs has its packages and its compiler.
    "-p:RuntimeFrameworkVersion="
    # Another SDK has other warnings; they are errors in development only.
    "-p:RunAnalyzers=false"
    "-p:TreatWarningsAsErrors=false"
    "-p:GenerateDocumentationFile=false"
    "-p:SourceRevisionId=${revision}"
  ] ++ lib.optionals (!isNative) [ "-p:PublishAot=false" ];

  # The compiler of .NET links through a C compiler.
  nativeBuildInputs = [ installShellFiles ] ++ lib.optionals isNative [ stdenv.cc makeBinaryWrapper patchelf ];
  buildInputs = lib.optionals isNative [ zlib ];

  # The program itself writes its manual pages and completion scripts.
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    hostlock="${program}"
    installShellCompletion --cmd hostlock \
      --bash <($hostlock completion bash) \
      --zsh <($hostlock completion zsh) \
      --fish <($hostlock completion fish)
    $hostlock man --output man
    installManPage man/*
  '';

  # The usual wrapper of .NET programs would pass its LD_LIBRARY_PATH on to git, to ssh and to the command of `bisect --run`. The
  # program opens OpenSSL by name at run time, so neither the linker nor the shrinking of paths knows of it. Your own git comes first.
  executables = if isNative then [ ] else [ "hostlock" ];
  makeWrapperArgs = lib.optionals (!isNative) [ "--suffix" "PATH" ":" (lib.makeBinPath [ gitMinimal ]) ];
  postFixup = lib.optionalString isNative ''
    patchelf --add-rpath ${lib.makeLibraryPath [ openssl ]} $out/lib/hostlock/hostlock
    makeBinaryWrapper $out/lib/hostlock/hostlock $out/bin/hostlock --suffix PATH : ${lib.makeBinPath [ gitMinimal ]}
  '';

  doInstallCheck = true;
  nativeInstallCheckInputs = [ versionCheckHook ];

  meta = {
    description = "One flake, many NixOS hosts, one lock per host";
    license = lib.licenses.mit;
    mainProgram = "hostlock";
    platforms = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
  };
}
