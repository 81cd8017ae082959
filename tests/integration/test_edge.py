"""The real edge: what it lets through, how often, what it keeps, and what it says itself."""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
import sslyze
from drheader import Drheader
from drheader.utils import default_rules
from sslyze.mozilla_tls_profile import tls_config_checker as tls

from local import edge as edge_config
from sidecar.secrets import hash_password
from sidecar.services import administration
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import access, breakers
from tests.client import until
from tests.integration import edges
from tests.integration.conftest import Api
from tests.integration.receivers import receiving

FIGURES = ("/api/v1/fields", "/api/v1/providers", "/api/v1/stats/mail")
HSTS = "max-age=63072000; includeSubDomains"
SESSION = "__Host-session-0123abcd="


@pytest.fixture(scope="module")
def html(services):
    """The dashboard, built."""
    edge_config.place_html(services.settings)
    return edge_config.html_folder(services.settings)


@pytest.fixture(scope="module")
def behind(app):
    with edges.sidecar(app.wsgi_app) as running:
        yield running


@pytest.fixture(scope="module")
def edge(behind, html):
    with edges.running(behind, html) as running:
        yield running


@pytest.fixture(scope="module")
def strict(behind, html):
    """An edge behind a load balancer, as one has it in the world."""
    with edges.running(
        behind, html, NGINX_TRUSTED_PROXIES="127.0.0.1", NGINX_HSTS=HSTS,
        NGINX_API_RATE="1r/m", NGINX_API_BURST="4", NGINX_SIGN_IN_RATE="1r/m", NGINX_SIGN_IN_BURST="1",
        NGINX_INTAKE_RATE="1r/m", NGINX_INTAKE_BURST="1", NGINX_EDITOR_ALLOW="192.0.2.0/24, 2001:db8::/32",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def forgotten(behind):
    behind.broken = None
    behind.answered.clear()
    behind.asked.clear()


def is_problem(answer, status, code):
    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["detail"] and told["request_id"] and told["title"]
    return told


# --- TLS and connections ----------------------------------------------------------------------------------

def test_http_2_is_spoken(edge):
    context = ssl.create_default_context(cafile=str(edge.ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("localhost", edge.ports["edge"])) as connection, \
            context.wrap_socket(connection, server_hostname="localhost") as talking:
        assert (talking.selected_alpn_protocol(), talking.version()) == ("h2", "TLSv1.3")


# Of an old authority that sslyze brings along.
@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
def test_tls_is_as_mozillas_guideline_has_it(strict):
    """sslyze compares with 5.7, of which 6.0 left out what needs Diffie-Hellman parameters. The certificate
    is what `make up` makes where none is given: for 825 days, while authorities give 90."""
    scanner = sslyze.Scanner()
    scanner.queue_scans([sslyze.ServerScanRequest(
        sslyze.ServerNetworkLocation("localhost", strict.ports["edge"], ip_address="127.0.0.1"),
        scan_commands=tls.SCAN_COMMANDS_NEEDED_BY_MOZILLA_CHECKER,
        scan_commands_extra_arguments=sslyze.ScanCommandsExtraArguments(
            certificate_info=sslyze.CertificateInfoExtraArgument(strict.ca)))])
    (result,) = scanner.get_results()
    with pytest.raises(tls.ServerNotCompliantWithTlsConfiguration) as told:
        tls.check_server_against_tls_configuration(
            result, tls.MozillaTlsConfiguration.get(tls.TlsConfigurationEnum.MOZILLA_INTERMEDIATE))
    assert list(told.value.issues) == ["maximum_certificate_lifespan"]
    assert result.scan_result.tls_1_3_cipher_suites.result.is_tls_version_supported
    suites = result.scan_result.tls_1_2_cipher_suites.result.accepted_cipher_suites
    assert len(suites) == 3 and all("_ECDHE_ECDSA_" in suite.cipher_suite.name for suite in suites)


@pytest.mark.parametrize("path", ["/", "/api/healthz", "/api/nothing"])
def test_a_check_of_headers_finds_nothing(strict, path):
    rules = default_rules()
    rules["Referrer-Policy"]["Value-One-Of"].append("same-origin")  # tells other sites nothing
    del rules["Server"]  # nginx says its name, without a version, and cannot be told not to
    del rules["Cache-Control"]  # of files, in the tests above and below
    headers = strict.get(path, X_Forwarded_For="203.0.113.201").headers
    assert Drheader(headers=dict(headers)).analyze(rules) == []


def test_plain_http_moves_to_https(edge):
    assert edge.ask("GET", "/x?y=1", port="plain").headers["Location"] == (
        f"https://localhost:{edge.ports['edge']}/x?y=1")
    told = edge.raw(b"GET /x?y=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", plain=True)
    assert b" 308 " in told.partition(b"\r\n")[0] and b"evil" not in told


# --- The dashboard's files --------------------------------------------------------------------------------

def test_the_first_page_is_asked_for_again_and_its_files_never(edge):
    page = edge.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["Content-Type"].startswith("text/html")
    assert edge.get("/", If_None_Match=page.headers["ETag"]).status_code == 304
    files = set(re.findall(r'(?:href|src)="([^"#]+)"', page.text))
    assert files and all(re.match(r"/v/[0-9a-f]{12}/", file) for file in files), files
    for file in files:
        answer = edge.get(file)
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    stale = edge.get("/v/0123456789ab/js/app.js")
    assert is_problem(stale, 404, "not_found") and stale.headers["Cache-Control"] == "no-store"


def test_what_the_first_page_imports_is_asked_for_at_once(edge):
    page = edge.get("/").text
    named = {file.split("/", 3)[3] for file in re.findall(r'rel="modulepreload" href="([^"]+)"', page)}
    version = re.search(r"/v/(\w+)/", page)[1]

    def imported(name, seen):
        if name not in seen:
            seen.add(name)
            source = edge.get(f"/v/{version}/{name}").text
            for found in re.findall(r"^import [^;]*?'\.(/[^']+|\./[^']+)';", source, re.M):
                folder = name.rsplit("/", 1)[0]
                while found.startswith("./"):
                    folder, found = folder.rsplit("/", 1)[0], found[1:]
                imported(folder + found, seen)
        return seen

    assert named == imported("js/app.js", set()) | imported("js/pages/overview.js", set())
    assert "vendor/chart.js" not in named


@pytest.mark.parametrize(("accepted", "packing"), [
    ("br, gzip", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("identity", None),
    ("gzip;q=0, br;q=0.0", None), ("gzip, br;q=0.8", "br")])
def test_files_come_packed_as_the_browser_takes_them(edge, html, accepted, packing):
    answer = edge.ask("GET", "/css/app.css", headers={"Accept-Encoding": accepted}, stream=True)
    raw = answer.raw.read(decode_content=False)
    assert answer.headers.get("Content-Encoding") == packing
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"].startswith("text/css")
    plain = (html / "plain/css/app.css").read_bytes()
    if packing == "gzip":
        assert gzip.decompress(raw) == plain
    assert raw == (html / (packing or "plain") / "css/app.css").read_bytes()


def test_who_edits_the_dashboard_sees_it_at_a_reload(behind, tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "plain").mkdir()
    page = tmp_path / "plain/index.html"
    with edges.running(behind, tmp_path, LOCAL_DASHBOARD="sources") as edge:
        for text in ("before", "after it"):
            page.write_text(text)
            answer = edge.get("/", Accept_Encoding="br, gzip")
            assert (answer.text, answer.headers["Cache-Control"]) == (text, "no-cache")


@pytest.mark.parametrize("path", [
    "/vendor/.lock-hash", "/.env", "/js/.hidden", "/package.json", "/build.mjs",
    "/node_modules/chart.js/package.json", "/v/../../nginx.conf"])
def test_what_is_no_page_is_not_served(edge, path):
    assert edge.get(path).status_code == 404


# --- Headers ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", ["/", "/api/healthz", "/api/nothing", "/webhook/leads", "/intake/form.js"])
def test_every_answer_of_the_product_carries_the_headers(strict, path):
    headers = strict.get(path, X_Forwarded_For="203.0.113.200").headers
    assert headers["Strict-Transport-Security"] == HSTS
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert {"connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == (
        "cross-origin" if path == "/intake/form.js" else "same-origin")
    assert headers["Server"] == "nginx"


# --- Problems ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", ["/api/v1/leads", "/webhook/leads", "/webhook/anything"])
def test_what_nginx_refuses_itself_is_a_problem(edge, path):
    json_body = {"Content-Type": "application/json"}
    large = edge.ask("POST", path, data=b" " * (4 * 1024 * 1024 + 1), headers=json_body)
    is_problem(large, 413, "too_large")
    is_problem(edge.ask("GET", path, headers={"X-Long": "x" * 17_000}), 431, "http_error")
    is_problem(edge.ask("GET", f"{path}?q={'x' * 17_000}"), 414, "http_error")
    for request in (f"GET {path} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "nonsense\r\n\r\n"):
        told = edge.raw(request.encode())
        assert b" 400 " in told.partition(b"\r\n")[0] and b"application/problem+json" in told
        assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "bad_request"


@pytest.mark.parametrize("path", ["/nothing", "/js", "/js/", '/api/metrics/"x"', "/vendor/.lock-hash"])
def test_no_page_is_a_problem_too(edge, path):
    told = edge.raw(f"GET {path}?secret=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    problem = json.loads(told.partition(b"\r\n\r\n")[2])
    assert problem["code"] == "not_found" and "secret" not in problem["instance"]


def test_a_redirect_names_no_foreign_host(edge):
    for path in ("/webhook", "/docs"):
        answer = edge.get(path, Host="evil.example")
        assert answer.status_code in (301, 302) and "evil" not in answer.headers["Location"]


def test_a_file_for_a_webhook_of_leads_is_refused(edge):
    answer = edge.ask("POST", "/webhook/leads", files={"file": b"x"})
    assert is_problem(answer, 415, "unsupported_media_type") and edge.n8n.got == []


# --- Limits -----------------------------------------------------------------------------------------------

def until_limited(ask, most):
    """How many requests passed before one was too many; that answer."""
    for count in range(most + 1):
        answer = ask(count)
        if answer.status_code == 429:
            assert is_problem(answer, 429, "too_many_requests") and int(answer.headers["Retry-After"]) > 0
            return count
    return None


def test_one_address_and_one_token_are_limited_each(strict):
    def asked(address, **headers):
        return strict.get("/api/v1/leads", X_Forwarded_For=address, **headers)

    def token(name):
        return f"Bearer e30.e30.{name:->43}"

    assert until_limited(lambda _: asked("203.0.113.1"), 10) == 5
    assert until_limited(lambda n: asked(f"203.0.113.{n + 10}", Authorization=token("a")), 10) == 5
    assert until_limited(lambda n: asked(f"203.0.113.{n + 30}", Cookie=f"a=b; {SESSION}{'s' * 43}"), 10) == 5
    assert until_limited(lambda n: asked("203.0.113.50", Authorization=token(f"{n:-<43}")), 10) == 5
    # Another network is another caller, one of IPv6 is one.
    assert until_limited(lambda n: asked(f"2001:db8:1:{n}::1"), 10) is None
    assert until_limited(lambda n: asked(f"2001:db8:2:2::{n}"), 10) == 5


def test_signing_in_is_limited_more(strict):
    def post(path):
        address = {"X-Forwarded-For": f"198.51.100.{len(path)}"}
        return lambda _: strict.ask("POST", path, json={}, headers=address)

    for path in ("/api/v1/auth/token", "/api/v1/auth/session", "/api/v1/auth/oidc/start"):
        assert until_limited(post(path), 10) == 2, path
    own = {"X_Forwarded_For": "198.51.100.99"}
    assert until_limited(lambda _: strict.get("/api/v1/auth/session", **own), 10) == 5


def test_intake_is_limited_more(strict):
    def post(path, address="192.0.2.{}", **headers):
        return lambda n: strict.ask("POST", path, json={}, headers={
            "X-Forwarded-For": address.format(n)} | headers)

    token = {"Authorization": f"Bearer e30.e30.{'t' * 43}"}
    for kind, path in enumerate(("/api/v1/leads", "/webhook/leads", "/api/v1/forms/key-1")):
        assert until_limited(post(path, f"192.0.2.{200 + kind}"), 10) == 2, path
    assert until_limited(post("/api/v1/leads", **token), 10) == 2
    assert until_limited(post("/api/v1/forms/key-2"), 10) == 2
    assert until_limited(post("/webhook/leads/typeform/key-3", "192.0.3.{}"), 10) == 2
    assert until_limited(post("/webhook/leads/typeform/key-4", "192.0.4.{}"), 10) == 2


# --- Who asks ---------------------------------------------------------------------------------------------

def test_only_a_named_load_balancer_says_who_asks(edge, strict):
    for where, seen in ((edge, "127.0.0.1"), (strict, "203.0.113.77")):
        where.get("/api/healthz", X_Forwarded_For="203.0.113.77")
        assert where.sidecar.asked[-1]["HTTP_X_FORWARDED_FOR"] == seen
    strict.get("/api/healthz", X_Forwarded_For="203.0.113.77, 203.0.113.78")
    assert strict.sidecar.asked[-1]["HTTP_X_FORWARDED_FOR"] == "203.0.113.78"


def test_the_editor_is_closed_to_other_addresses(edge, strict):
    def editor(where, address):
        return where.ask("GET", "/", port="editor", headers={"X-Forwarded-For": address}).status_code

    found = [editor(strict, address) for address in ("192.0.2.9", "2001:db8::9", "203.0.113.9")]
    assert found == [200, 200, 403]
    assert editor(edge, "203.0.113.9") == 200


def test_the_session_is_the_sidecars_alone(edge):
    cookie = f"a=1; {SESSION}{'s' * 43}; b=2"
    edge.get("/api/healthz", Cookie=cookie)
    assert edge.sidecar.asked[-1]["HTTP_COOKIE"] == cookie
    for path in ("/webhook/x", "/form/x", "/webhook-test/x"):
        edge.get(path, Cookie=cookie)
        assert "Cookie" not in edge.n8n.got[-1]["headers"]
    for sent, handed in ((cookie, "a=1; b=2"), ("n8n-auth=x", "n8n-auth=x"), (f"{SESSION}x; c=3", "; c=3")):
        edge.ask("GET", "/", port="editor", headers={"Cookie": sent})
        assert edge.n8n.got[-1]["headers"]["Cookie"] == handed


# --- The log ----------------------------------------------------------------------------------------------

def test_the_log_holds_no_secret(edge, strict):
    strict.get("/api/healthz?q=lovelace%40example.com", X_Forwarded_For="203.0.113.77",
               Cookie=f"{SESSION}{'z' * 43}", Authorization="Bearer secret-token")
    strict.get("/take/secret-link", X_Forwarded_For="2001:db8:7:7::7")
    strict.ask("POST", "/webhook/leads/typeform/secret-key", data=b" " * (1024 * 1024 + 1))
    strict.ask("POST", "/webhook/leads/typeform/secret-key", json={})
    for path in ("secret-7key", "secret-7key/test", "typeform/secret-key"):
        strict.ask("POST", f"/api/v1/sources/{path}", json={})
    until(lambda: strict.log.count("\n") >= 7 and "/v1/sources/typeform/..." in strict.log, 5, "the log")
    for secret in ("secret", "lovelace", "zzz", "203.0.113.77", "db8:7"):
        assert secret not in strict.log
    lines = [json.loads(line) for line in strict.log.splitlines()]
    assert {"203.0.113.0", "2001:db8::"} <= {line["address"] for line in lines}
    assert {"/v1/take/...", "/webhook/lead-sources", "/v1/sources/...", "/v1/sources/typeform/..."} <= {
        line["path"] for line in lines}


@pytest.mark.parametrize(("setting", "logged"), [("whole", "127.0.0.1"), ("none", "")])
def test_addresses_are_logged_as_it_is_set(behind, html, setting, logged):
    with edges.running(behind, html, NGINX_LOG_ADDRESSES=setting) as edge:
        edge.get("/")
        assert json.loads(until(lambda: edge.log, 5, "the log"))["address"] == logged


# --- What stands behind -----------------------------------------------------------------------------------

@contextmanager
def hanging_up():
    """Somebody who takes each request and ends the connection: the port and what was asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65_536).split(b" ")[0].decode())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 503)])
def test_only_what_changes_nothing_is_tried_again(behind, html, method, status):
    with hanging_up() as (port, asked), receiving() as other:
        other.status(200)
        both = f"127.0.0.1:{port}; server {other.url.split('/')[2].replace('localhost', '127.0.0.1')}"
        with edges.running(behind, html, NGINX_N8N_WEBHOOKS=both) as edge:
            assert edge.ask(method, "/webhook/x").status_code == status
        assert asked == [method] and len(other.got) == (status == 200)


# --- Figures ----------------------------------------------------------------------------------------------

@pytest.fixture
def reader(app):
    return Api(app.test_client(), "reader")


def figures(edge, path, api=None):
    """(status, what the edge's cache did, body)."""
    answer = edge.get(path, **(api.headers if api else {}))
    return answer.status_code, answer.headers.get("X-Cache"), answer.text


@pytest.mark.parametrize("path", FIGURES)
def test_figures_are_kept_and_the_sidecar_says_whether_they_stand(edge, api, path):
    first, again = figures(edge, path, api), figures(edge, path, api)
    assert [first[1], again[1]] == ["MISS", "REVALIDATED"] and first[2] == again[2]
    assert [status for _, asked, status in edge.sidecar.answered if asked == path[4:]] == [200, 304]
    answer = edge.get(path, **api.headers)
    assert answer.headers["Cache-Control"] == "private, no-cache" and "X-Accel-Expires" not in answer.headers
    assert edge.get(path, If_None_Match=answer.headers["ETag"], **api.headers).status_code == 304


def test_who_changes_something_sees_it_at_once_and_so_do_all(edge, api, reader, engine):
    def paused(who):
        _, cache, told = figures(edge, "/api/v1/providers?days=365", who)
        return cache, [provider["sandbox"] for provider in json.loads(told)["data"]].count(False)

    def known():
        return paused(api), paused(reader)

    assert known() == (("MISS", 0), ("MISS", 0)) and known() == (("REVALIDATED", 0), ("REVALIDATED", 0))
    with engine.database.write() as cursor:
        breakers.set_keys(cursor, {"hunter": (True, "a key")})
    assert known() == (("EXPIRED", 1), ("EXPIRED", 1)) and known() == (("REVALIDATED", 1), ("REVALIDATED", 1))


def test_nobody_gets_what_is_another_ones(edge, app, api, reader, engine):
    path = "/api/v1/stats/mail"
    assert figures(edge, path, api)[0] == 200
    assert figures(edge, path)[0] == 401
    assert figures(edge, path, reader)[1] == "MISS", "not what the other got"
    with engine.database.write() as cursor:
        access.save_client(cursor, "outsider", hash_password("secret"), ["notify"])
    outsider = Api(app.test_client(), "outsider")
    assert figures(edge, path, outsider)[0] == 403
    forged = {"Authorization": f"{api.headers['Authorization'][:-1]}_"}
    assert edge.get(path, **forged).status_code == 401


def test_sessions_of_browsers_are_told_apart_and_end(edge, engine):
    path, cookies = "/api/v1/providers?days=9", []
    own = {"Origin": f"https://localhost:{edge.ports['edge']}"}
    for email in ("one@edge.example", "two@edge.example"):
        administration.add_user(
            engine, email=email, role="viewer", password="a very long password", name="One", by=COMMAND_LINE,
            replace=True)
        signed_in = edge.ask("POST", "/api/v1/auth/session", headers=own, json={
            "email": email, "password": "a very long password"})
        cookies.append("; ".join(f"{name}={value}" for name, value in signed_in.cookies.items()))

    def did(cookie):
        answer = edge.get(path, Cookie=cookie)
        return answer.status_code, answer.headers.get("X-Cache")

    one, two = cookies
    assert [did(one), did(one), did(two), did(two)] == [(200, "MISS"), (200, "REVALIDATED")] * 2
    assert did(f"{SESSION}{'s' * 43}; {two}") == (200, "BYPASS"), "of several sessions nothing is kept"
    edge.ask("DELETE", "/api/v1/auth/session", headers=own | {"Cookie": one})
    assert did(one) == (401, None) and did(two) == (200, "REVALIDATED")


@pytest.mark.parametrize("away", [502, 503, 504])
def test_while_the_sidecar_is_away_whoever_had_figures_keeps_them(edge, app, api, reader, away):
    path = f"/api/v1/providers?days={away - 500}"
    had = figures(edge, path, api)
    edge.sidecar.broken = away
    assert figures(edge, path, api) == (200, "STALE", had[2])
    for other in (None, reader, Api(app.test_client(), "reader")):
        assert figures(edge, path, other)[0] == away
    assert figures(edge, "/api/v1/leads", api)[0] == away
    assert edge.ask("POST", "/api/v1/leads", json={}, headers=api.headers).status_code == away
    for refused in (401, 403, 404, 429):
        edge.sidecar.broken = refused
        assert edge.get(path, **api.headers).status_code == refused, "an answer is an answer"


def test_people_are_not_kept_at_the_edge(edge, api):
    api.post("/v1/leads", {"email": "ada.edge@looms.example", "first_name": "Ada", "last_name": "Edge"})
    for path in ("/api/v1/stats/overview", "/api/v1/stats/overview"):
        assert figures(edge, path, api)[1] == "MISS"
    assert figures(edge, "/api/v1/leads", api)[1] is None
    figures(edge, FIGURES[0], api)
    kept = b"".join(path.read_bytes() for path in (edge.state / "nginx/figures").rglob("*") if path.is_file())
    assert b"grades" in kept and b"ada.edge" not in kept
    assert api.headers["Authorization"].encode() not in kept
    assert api.headers["Authorization"].rsplit(".", 1)[1].encode() not in kept


def test_ids_and_traces_are_those_of_the_edge(edge):
    """The id stands in the answer too. A sender's would be searched for, its trace decide what is kept."""
    said = {"X-Request-Id": "0" * 32, "Traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "Tracestate": "a=b"}
    answer = edge.ask("GET", "/webhook/x", headers=said)
    got = {name.lower(): value for name, value in edge.n8n.got[-1]["headers"].items()}
    assert re.fullmatch("[0-9a-f]{32}", got["x-request-id"]) and got["x-request-id"] != said["X-Request-Id"]
    assert answer.headers["X-Request-Id"] == got["x-request-id"]
    assert "traceparent" not in got and "tracestate" not in got
