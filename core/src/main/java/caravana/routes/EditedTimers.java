package caravana.routes;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * For {@code ./caravana up --watch}: reports the step at which a run of a timer failed, and later that all failed steps
 * succeed again. A step that keeps failing for the same reason is reported once.
 */
@Component
@Profile("local")
@ConditionalOnProperty("caravana.routes.watch")
final class EditedTimers implements InterceptStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(EditedTimers.class);

    /** The steps that failed and have not succeeded since, with the reason of each failure. */
    private final Map<String, String> failing = new ConcurrentHashMap<>();

    private volatile CamelContext camel;

    /**
     * Failures that were reported. The routes and splits that called a step fail with the same exception, or with one
     * that has it as its cause.
     */
    private final Set<Throwable> reported = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        camel = context;
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                return super.process(exchange, doneSync -> {
                    ended(definition.getId(), exchange);
                    callback.done(doneSync);
                });
            }
        };
    }

    /** Forgets the failures, because an edit may have removed a step that failed. */
    @EventListener(RoutesReloaded.class)
    void reloaded() {
        Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        if (failing.keySet().removeIf(step -> model.getProcessorDefinition(step) == null)) {
            reportIfNoneFails();
        }
    }

    private void ended(String step, Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure == null) {
            if (!failing.isEmpty() && failing.remove(step) != null) {
                reportIfNoneFails();
            }
        } else if (isOfTimer(exchange) && reported.add(root(failure))) {
            String reason = reason(failure);
            if (!Objects.equals(failing.put(step, reason), reason)) {
                LOG.warn("Timer {}, step {}: {}", exchange.getFromRouteId(), step, reason);
            }
        }
    }

    private void reportIfNoneFails() {
        if (failing.isEmpty()) {
            LOG.info("Timers run without failures again");
        }
    }

    private static boolean isOfTimer(Exchange exchange) {
        return exchange.getFromEndpoint() instanceof TimerEndpoint;
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String reason(Throwable failure) {
        Throwable root = root(failure);
        return root.getMessage() == null
                ? root.toString()
                : root.getMessage().lines().findFirst().orElse("");
    }
}
