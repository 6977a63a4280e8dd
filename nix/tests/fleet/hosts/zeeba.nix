{ ... }: { networking.hostName = "zeeba"; }
