{ ... }: { networking.hostName = "nixahi"; }
