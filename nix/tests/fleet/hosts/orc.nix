{ ... }: { networking.hostName = "orc"; }
