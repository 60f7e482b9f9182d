package caravana.system.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.local.AppProcess;
import caravana.local.LocalStackException;
import caravana.system.faults.Cluster;
import caravana.system.faults.FaultyWorker;
import caravana.test.Waits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Two web nodes and two workers, which are replaced one after the other. */
final class Fleet implements AutoCloseable {

    static final int NODES = 2;
    private static final int SLOTS = 2;

    private final Cluster cluster;
    private final Balancer balancer;
    private final List<AppProcess> webs = new ArrayList<>();
    private final List<Balancer.Node> nodes = new ArrayList<>();
    private final Map<String, String> versionsOfWorkers = new HashMap<>();

    Fleet(Cluster cluster, Balancer balancer) {
        this.cluster = cluster;
        this.balancer = balancer;
    }

    void start(Build build) {
        for (int i = 0; i < NODES; i++) {
            webs.add(web(i, build));
            nodes.add(null);
            cluster.newWorker(SLOTS);
            startWorker(i, build);
        }
        for (int i = 0; i < NODES; i++) {
            join(i, build);
            cluster.workers().get(i).awaitReady();
        }
    }

    /** Web and worker of that number become another version's, while the others continue. */
    void replace(int number, Build build, Load load) throws Exception {
        System.out.println("node " + number + " becomes " + build.version());
        replaceWeb(number, build, load);
        FaultyWorker worker = cluster.workers().get(number);
        worker.terminate();
        assertThat(worker.app().handle().onExit().get(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isNotNull();
        startWorker(number, build);
        worker.awaitReady();
    }

    /** The balancer sends it nothing more, and it is stopped while it receives uploads and has event streams open. */
    private void replaceWeb(int number, Build build, Load load) throws Exception {
        AppProcess web = webs.get(number);
        balancer.remove(nodes.get(number));
        List<Runnable> halves = load.halfSent(nodes.get(number));
        web.handle().destroy();
        halves.forEach(Runnable::run);
        web.handle().onExit().get(Waits.LIMIT.toSeconds(), TimeUnit.SECONDS);
        webs.set(number, web(number, build));
        join(number, build);
    }

    /** Why a web node of that build does not start beside the others. */
    String refusal(Build build) {
        try (AppProcess web = web(NODES, build)) {
            assertThatThrownBy(web::awaitReady).isInstanceOf(LocalStackException.class);
            assertThat(web.handle().isAlive()).isFalse();
            System.out.println(build.version() + " with routes " + build.routes() + " does not start:\n" + web.tail());
            return web.tail();
        }
    }

    private AppProcess web(int number, Build build) {
        Map<String, String> settings = new HashMap<>(cluster.environment());
        settings.putAll(build.settings());
        return AppProcess.start(
                build.root(), AppProcess.WEB, settings, cluster.folder().resolve("web-" + number + ".log"));
    }

    private void join(int number, Build build) {
        AppProcess web = webs.get(number).awaitReady();
        nodes.set(number, new Balancer.Node(build.version(), web.uri()));
        balancer.add(nodes.get(number));
    }

    private void startWorker(int number, Build build) {
        FaultyWorker worker = cluster.workers().get(number);
        worker.use(build.root(), build.settings());
        worker.start();
        versionsOfWorkers.put(String.valueOf(worker.app().pid()), build.version());
    }

    /** A node that answers. */
    Balancer.Node anyNode() {
        return nodes.get(0);
    }

    /** The version of a worker, by the name that it has in rows. */
    String versionOf(String worker) {
        return versionsOfWorkers.get(worker.replaceFirst("^.*:", ""));
    }

    @Override
    public void close() {
        webs.forEach(AppProcess::close);
    }
}
