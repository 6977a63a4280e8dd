{ ... }: { networking.hostName = "imbp"; }
