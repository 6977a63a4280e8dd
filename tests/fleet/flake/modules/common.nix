{
  environment.systemPackages = [ "nginx" ];
  systemd.services.web = ''
    [Unit]
    Description=web
    [Service]
    ExecStart=/usr/bin/sleep infinity
  '';
}
