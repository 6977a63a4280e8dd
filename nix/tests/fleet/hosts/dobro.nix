{ ... }: { networking.hostName = "dobro"; }
