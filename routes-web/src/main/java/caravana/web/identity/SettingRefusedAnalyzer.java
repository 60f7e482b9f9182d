package caravana.web.identity;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains with a message, instead of a stack trace, which setting prevents the start of web. */
final class SettingRefusedAnalyzer extends AbstractFailureAnalyzer<SettingRefusedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SettingRefusedException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
