# What all hosts have in common.
{ ... }: {
  nix.settings.experimental-features = [ "nix-command" "flakes" ];
  time.timeZone = "UTC";
}
