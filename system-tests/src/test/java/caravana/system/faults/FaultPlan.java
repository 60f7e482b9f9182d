package caravana.system.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Which faults a run provokes, in an order that its seed decides. */
final class FaultPlan {

    enum Kind {
        KILL_WORKER,
        STOP_WORKER,
        FREEZE_WORKER,
        KILL_SYSTEM,
        FREEZE_SYSTEM,
        KILL_DATABASE_AT_COMMIT,
        BLOCK_DEAD_LETTERS,
        SLOW_NETWORK,
        RESET_CONNECTIONS,
        RESTART_EVERYTHING
    }

    /** @param system the system that it hits; null where the kind says it all */
    record Fault(Kind kind, String system) {

        @Override
        public String toString() {
            return system == null ? kind.name() : kind + " " + system;
        }
    }

    private FaultPlan() {}

    static List<Fault> of(FaultProfile profile, Random random) {
        List<Fault> plan = new ArrayList<>();
        add(plan, profile.kills(), Kind.KILL_WORKER, null);
        add(plan, profile.stops(), Kind.STOP_WORKER, null);
        add(plan, profile.freezes(), Kind.FREEZE_WORKER, null);
        for (String system : Cluster.SYSTEMS) {
            // Every other outage is a standstill: the connection stays and nobody answers.
            for (int i = 0; i < profile.outages(); i++) {
                boolean kill = (i + Cluster.SYSTEMS.indexOf(system)) % 2 == 0;
                plan.add(new Fault(kill ? Kind.KILL_SYSTEM : Kind.FREEZE_SYSTEM, system));
            }
        }
        add(plan, 1, Kind.KILL_DATABASE_AT_COMMIT, "postgres");
        add(plan, 1, Kind.SLOW_NETWORK, null);
        add(plan, profile.outages(), Kind.RESET_CONNECTIONS, null);
        Collections.shuffle(plan, random);
        plan.add(plan.size() / 2, new Fault(Kind.RESTART_EVERYTHING, null));
        // Jobs that fail permanently come to their dead letter after some time only.
        plan.add(plan.size() * 2 / 3, new Fault(Kind.BLOCK_DEAD_LETTERS, null));
        return plan;
    }

    private static void add(List<Fault> plan, int times, Kind kind, String system) {
        for (int i = 0; i < times; i++) {
            plan.add(new Fault(kind, system));
        }
    }
}
