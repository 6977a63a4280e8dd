#!/bin/sh
# The activation script of a fake host. After it, the host runs @out@.
ln -sfn @out@/etc/systemd/system /etc/systemd/system.new
[ -L /etc/systemd/system ] || [ ! -e /etc/systemd/system ] || rm -rf /etc/systemd/system
mv -T /etc/systemd/system.new /etc/systemd/system
case @network@ in
    # The interface is up if the number is odd.
    yes) read -r flags </sys/class/net/eth0/flags; case $flags in *[13579bdf]) ;; *) ip link set eth0 up ;; esac ;;
    no) ip link set eth0 down ;;
esac
case @sshd@ in
    yes) [ ! -e /run/fake/no-sshd ] || rm /run/fake/no-sshd; [ ! -e /run/fake/up ] || systemctl start sshd.service ;;
    no) : >/run/fake/no-sshd; [ ! -e /run/fake/up ] || systemctl stop sshd.service ;;
esac
ln -sfn @out@ /run/current-system.new
mv -T /run/current-system.new /run/current-system
