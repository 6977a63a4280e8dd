{ ... }: { networking.hostName = "matcha"; }
