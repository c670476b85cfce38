#!/usr/bin/env python3
"""Containers and events as the Docker Engine tells of them, the same ones every time.

usage: benches/payload.py [containers|events] [COUNT] > FILE
"""

import json
import random
import sys

SERVICES = "api web db cache worker queue proxy auth billing search mail cron metrics logs".split()
REGISTRIES = ["", "ghcr.io/", "registry.shop.example:5000/"]
COMMANDS = [
    "/docker-entrypoint.sh nginx -g 'daemon off;'",
    "docker-entrypoint.sh postgres",
    "sh -c 'while :; do date; sleep 1; done'",
    '/usr/bin/tini -- /app/bin/server --listen "0.0.0.0:8080"',
]


class Engine:
    """Makes containers; the sequence follows from the seed alone."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)

    def hex(self, digits):
        return "%0*x" % (digits, self.random.getrandbits(4 * digits))

    def one(self, *choices):
        return self.random.choice(choices)

    def container(self, number):
        service = self.random.choice(SERVICES)
        project = "shop%d" % self.random.randrange(20)
        running = self.random.random() < 0.7
        network = project + "_default"
        return {
            "Id": self.hex(64),
            "Names": ["/%s-%s-%d" % (project, service, number)],
            "Image": "%sshop/%s:1.4.%d" % (self.random.choice(REGISTRIES), service, self.random.randrange(9)),
            "ImageID": "sha256:" + self.hex(64),
            "Command": self.random.choice(COMMANDS),
            "Created": 1750000000 + self.random.randrange(10**6),
            "Ports": self.ports() if running else [],
            "Labels": self.labels(service, project, number),
            "State": "running" if running else "exited",
            "Status": "Up %d hours" % self.random.randrange(2, 48) if running else "Exited (137) 3 days ago",
            "HostConfig": {"NetworkMode": network},
            "NetworkSettings": {"Networks": {network: self.network(service, running)}},
            "Mounts": self.mounts(project, service),
        }

    def ports(self):
        inside, outside = self.one(80, 443, 5432, 6379, 8080), self.random.randrange(30000, 60000)
        port = {"PrivatePort": inside, "PublicPort": outside, "Type": "tcp"}
        return [{"IP": "0.0.0.0", **port}, {"IP": "::", **port}]

    def labels(self, service, project, number):
        return {
            "com.docker.compose.config-hash": self.hex(64),
            "com.docker.compose.container-number": str(number % 9 + 1),
            "com.docker.compose.image": "sha256:" + self.hex(64),
            "com.docker.compose.oneoff": "False",
            "com.docker.compose.project": project,
            "com.docker.compose.project.config_files": "/srv/%s/compose.yml" % project,
            "com.docker.compose.service": service,
            "com.docker.compose.version": "2.29.7",
            "org.opencontainers.image.description": 'The "%s" of a shop – café edition' % service,
        }

    def network(self, service, running):
        b, c = self.random.randrange(16, 32), self.random.randrange(2, 255)
        return {
            "IPAMConfig": None,
            "Links": None,
            "Aliases": [service, self.hex(12)],
            "MacAddress": "02:42:ac:%02x:00:%02x" % (b, c) if running else "",
            "NetworkID": self.hex(64),
            "EndpointID": self.hex(64) if running else "",
            "Gateway": "172.%d.0.1" % b if running else "",
            "IPAddress": "172.%d.0.%d" % (b, c) if running else "",
            "IPPrefixLen": 16 if running else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DriverOpts": None,
        }

    def mounts(self, project, service):
        if self.random.random() < 0.5:
            return []
        return [{
            "Type": "bind",
            "Source": "/srv/%s/%s/conf" % (project, service),
            "Destination": "/etc/" + service,
            "Mode": "ro",
            "RW": False,
            "Propagation": "rprivate",
        }]

    def event(self, number):
        service, project = self.one("api", "web", "worker", "db"), "proj%d" % (number % 40)
        id = self.hex(64)
        action = self.one("create", "start", "die", "stop", "destroy", "exec_start", "health_status: healthy", "kill")
        event = {
            "status": action,
            "id": id,
            "from": "acme/%s:1.4.2" % service,
            "Type": "container",
            "Action": action,
            "Actor": {
                "ID": id,
                "Attributes": {
                    "com.docker.compose.project": project,
                    "com.docker.compose.service": service,
                    "image": "acme/%s:1.4.2" % service,
                    "name": "%s-%s-%d" % (project, service, number),
                },
            },
            "scope": "local",
            "time": 1795000000 + number // 10,
            "timeNano": (1795000000 + number // 10) * 10**9 + number % 10**9,
        }
        return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def containers(count):
    """The body of `/containers/json`, byte for byte as Go's encoder lays it out."""
    engine = Engine()
    values = [engine.container(number) for number in range(count)]
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def events(count):
    """The body of `/events`: one JSON object a line, of containers coming and going."""
    engine = Engine(2)
    return (engine.event(number) for number in range(count))


if __name__ == "__main__":
    kind = sys.argv[1] if len(sys.argv) > 1 else "containers"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    pieces = events(count) if kind == "events" else [containers(count)]
    sys.stdout.buffer.writelines(pieces)
