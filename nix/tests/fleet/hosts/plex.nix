{ ... }: { networking.hostName = "plex"; }
