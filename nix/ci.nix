# hostlock-ci, with the programs that it runs; for callPackage.
{ lib
, stdenvNoCC
, curl
, gitMinimal
, hostlock
, jq
, makeWrapper
}:
stdenvNoCC.mkDerivation {
  pname = "hostlock-ci";
  inherit (hostlock) version;

  src = ../ci;
  nativeBuildInputs = [ makeWrapper ];

  # Programs of your own come first.
  installPhase = ''
    install -D -m 755 hostlock-ci $out/bin/hostlock-ci
    patchShebangs $out/bin
    wrapProgram $out/bin/hostlock-ci --suffix PATH : ${lib.makeBinPath [ curl gitMinimal hostlock jq ]}
  '';

  meta = {
    description = "What a CI does with a fleet: checks, updates and promotions by request";
    license = lib.licenses.mit;
    mainProgram = "hostlock-ci";
    inherit (hostlock.meta) platforms;
  };
}
