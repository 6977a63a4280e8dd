# hostlock, built from source into one native executable. For callPackage.
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
}:
let
  inherit (lib) fileset;
in
buildDotnetModule {
  pname = "hostlock";
  version = builtins.head (builtins.match ".*<Version>([^<]+)</Version>.*" (builtins.readFile ../Directory.Build.props));

  # What the program is made of and nothing else, so that a change elsewhere builds nothing anew. Neither global.json, which asks
  # for the SDK of development, nor the NuGet locks, which name its compiler: here both are those of nixpkgs.
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
  dotnet-runtime = null;
  selfContainedBuild = true;

  dotnetFlags = [
    # That of the SDK, whose packages nixpkgs has, compiler and all.
    "-p:RuntimeFrameworkVersion="
    # Another SDK has other opinions; they are heard in development.
    "-p:RunAnalyzers=false"
    "-p:TreatWarningsAsErrors=false"
    "-p:GenerateDocumentationFile=false"
  ];

  # The compiler has the executable linked by a C compiler.
  nativeBuildInputs = [ stdenv.cc installShellFiles makeBinaryWrapper patchelf ];
  buildInputs = [ zlib ];

  # What hostlock can say of itself, it writes itself.
  postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    hostlock=$out/lib/hostlock/hostlock
    installShellCompletion --cmd hostlock \
      --bash <($hostlock completion bash) \
      --zsh <($hostlock completion zsh) \
      --fish <($hostlock completion fish)
    $hostlock man --output man
    installManPage man/*
  '';

  # The wrapper that .NET programs get would hand its LD_LIBRARY_PATH on to git, to ssh and to what `bisect --run` is given. OpenSSL
  # is opened by name at run time, so that no linker and no shrinking of paths knows of it; your own git comes first.
  executables = [ ];
  postFixup = ''
    patchelf --add-rpath ${lib.makeLibraryPath [ openssl ]} $out/lib/hostlock/hostlock
    makeBinaryWrapper $out/lib/hostlock/hostlock $out/bin/hostlock --suffix PATH : ${lib.makeBinPath [ gitMinimal ]}
  '';

  doInstallCheck = true;
  nativeInstallCheckInputs = [ versionCheckHook ];

  meta = {
    description = "One flake, many NixOS hosts, one lock per host";
    license = lib.licenses.mit;
    mainProgram = "hostlock";
    platforms = [ "x86_64-linux" "aarch64-linux" ];
  };
}
