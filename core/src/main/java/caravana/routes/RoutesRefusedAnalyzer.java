package caravana.routes;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains with a message, instead of a stack trace, why an app does not start with its routes. */
final class RoutesRefusedAnalyzer extends AbstractFailureAnalyzer<RoutesRefusedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RoutesRefusedException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
