package caravana.web.server;

import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Configures what Spring Security's firewall refuses, and the answer: paths with two possible meanings ({@code //},
 * {@code ;}, {@code %2F}, {@code ..}).
 */
@Configuration(proxyBeanMethods = false)
class Firewall {

    /**
     * Does not check methods, headers and parameters, which other parts of the app check. Spring's firewall would throw
     * when a header is read that contains a character from U+0080 to U+009F, as UTF-8 text in headers does.
     */
    @Bean
    StrictHttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderNames(any -> true);
        firewall.setAllowedHeaderValues(any -> true);
        firewall.setAllowedParameterNames(any -> true);
        // An unsupported method gets 405, even an unknown one.
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler requestRejectedHandler(ProblemWriter problems) {
        return (request, response, refused) -> problems.write(
                Problem.invalid("The address has a character or a sequence that no address of this API has, such as //,"
                        + " a semicolon, or an encoded slash, percent sign or control character."),
                response);
    }
}
