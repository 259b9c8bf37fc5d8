#!/usr/bin/perl
# The lab's service: one process that answers GET, keeps connections, and ends gracefully on SIGTERM:
# it listens no more, answers what it has begun, then exits. release.conf beside it names its version and
# how it behaves:
#
#   good            /healthz and /version answer JSON, /slow takes 5 s, /stuck is never answered, every
#                   other path says hello
#   exits           says why and exits at once
#   warms N         its health endpoint says 503 for N seconds
#   sickens N       its health endpoint says 503 after N seconds, all else goes on
#   lingers N       goes on for N seconds after SIGTERM
#   health-404      has no health endpoint
#   never-healthy   its health endpoint says 503
#   hangs N         answers N requests other than /healthz, then nothing but /healthz
#   errors N        answers N requests other than /healthz, then 500 to all but /healthz
#   errors-customers  answers 500 to what was sent to another port than its own, so through the balancer
use strict;
use warnings;
use POSIX ();
use Socket;

my ($folder) = $0 =~ m{^(.*)/};
open my $file, '<', "$folder/release.conf" or die "release.conf: $!\n";
my %release = map { /^(\w+)=(.*)$/ ? ($1, $2) : () } <$file>;
my ($behaviour, $number) = split / /, $release{behaviour};
my $port = $ENV{PORT} || 8080;
my $SLOW_SECONDS = 5;
my $began = seconds();

if ($behaviour eq 'exits') {
  print STDERR "release $release{version}: the tariffs are missing\n";
  exit 3;
}

socket my $listener, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
setsockopt $listener, SOL_SOCKET, SO_REUSEADDR, 1;
bind $listener, sockaddr_in($port, INADDR_ANY) or die "port $port: $!\n";
listen $listener, 1024;
$listener->blocking(0);

my ($stopping, $served, %connections) = (0, 0);
my $lingers = $behaviour eq 'lingers' ? $number : 0;
my $leaving;
$SIG{TERM} = $SIG{INT} = sub { $leaving //= seconds() + $lingers };
$SIG{PIPE} = 'IGNORE';
print "release $release{version} listens on $port\n";

until ($stopping && !%connections) {
  $stopping = 1 if defined $leaving && $leaving <= seconds();
  if ($stopping && $listener) {
    close $listener;
    undef $listener;
    delete $connections{$_} for grep { !busy($connections{$_}) } keys %connections;
  }
  my ($wanted, $ready) = ('', '');
  vec($wanted, fileno $listener, 1) = 1 if $listener;
  vec($wanted, $_, 1) = 1 for keys %connections;
  my @due = sort { $a <=> $b } ($stopping ? () : $leaving // ()), map { $_->{due} // () } values %connections;
  my $wait = @due ? $due[0] - seconds() : 1;
  my $count = select $ready = $wanted, undef, undef, $wait > 0 ? $wait : 0;
  for my $each (values %connections) {
    answer($each) if defined $each->{due} && $each->{due} <= seconds();
  }
  next if $count <= 0;
  if ($listener && vec $ready, fileno $listener, 1) { accept_all() }
  for my $number (keys %connections) {
    receive($connections{$number}) if vec $ready, $number, 1;
  }
}

sub seconds { return (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }
sub busy { my ($each) = @_; return $each->{path} || $each->{input} ne '' }

sub accept_all {
  while (accept my $socket, $listener) {
    $socket->blocking(0);
    setsockopt $socket, Socket::IPPROTO_TCP(), Socket::TCP_NODELAY(), 1;
    $connections{ fileno $socket } = { socket => $socket, input => '' };
  }
}

sub receive {
  my ($each) = @_;
  my $got = sysread $each->{socket}, $each->{input}, 65536, length $each->{input};
  return if !defined $got && $!{EAGAIN};
  return drop($each) if !$got;
  return if $each->{path} || $each->{input} !~ s{^(\w+) (\S+) HTTP/1\.(\d)\r\n((?:[^\r\n]+\r\n)*)\r\n}{};
  my ($method, $path, $minor, $head) = ($1, $2, $3, $4);
  $path =~ s/\?.*//;
  $each->{direct} = $head =~ /^host:[^\r\n]*:$port\r?$/im;
  @$each{qw(path keep head)} = ($path, $minor && $head !~ /^connection:\s*close/im, $method eq 'HEAD');
  $each->{due} = $path eq '/slow' ? seconds() + $SLOW_SECONDS : seconds();
  answer($each) if $path ne '/slow';
}

sub answer {
  my ($each) = @_;
  undef $each->{due};
  my $number = fileno $each->{socket};
  my ($status, $body) = response($each->{path}, $each->{direct});
  return if !$status;
  my $keep = $each->{keep} && !$stopping;
  my $type = $body =~ /^\{/ ? 'application/json' : 'text/plain';
  my $head = sprintf "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n",
    $status, $type, length $body, $keep ? 'keep-alive' : 'close';
  syswrite $each->{socket}, $head . ($each->{head} ? '' : $body);
  undef $each->{path};
  drop($each) if !$keep;
}

# Nothing: no answer, ever.
sub response {
  my ($path, $direct) = @_;
  return if $path eq '/stuck';
  my $json = qq({"status":"ok","version":"$release{version}"}\n);
  if ($path eq '/healthz') {
    return ('404 Not Found', "no such page\n") if $behaviour eq 'health-404';
    return ('503 Service Unavailable', qq({"status":"starting"}\n))
      if $behaviour eq 'never-healthy'
      || $behaviour eq 'warms' && seconds() < $began + $number
      || $behaviour eq 'sickens' && seconds() > $began + $number;
    return ('200 OK', $json);
  }
  $served += 1;
  return if $behaviour eq 'hangs' && $served > $number;
  return ('500 Internal Server Error', "out of tariffs\n") if $behaviour eq 'errors' && $served > $number;
  return ('500 Internal Server Error', "no customers yet\n") if $behaviour eq 'errors-customers' && !$direct;
  return ('200 OK', $path eq '/version' ? $json : "hello from $release{version}\n");
}

sub drop {
  my ($each) = @_;
  delete $connections{ fileno $each->{socket} };
  close $each->{socket};
}
