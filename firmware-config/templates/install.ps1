# Sets up {{name}}. Not tried on a Windows machine yet: read it before you run it.
# In PowerShell as administrator:  powershell -ExecutionPolicy Bypass -File install.ps1
$ErrorActionPreference = 'Stop'
$home_ = 'C:\Dawr'
New-Item -ItemType Directory -Force -Path "$home_\data" | Out-Null
Copy-Item -Force -Path "$PSScriptRoot\*" -Include *.json, *.pem -Destination $home_
reg import "$PSScriptRoot\edge-policy.reg"
powercfg /change standby-timeout-ac 0
powercfg /change monitor-timeout-ac 0
$settings = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
{{#authority}}
Import-Certificate -FilePath "$home_\authority.pem" -CertStoreLocation Cert:\LocalMachine\Root | Out-Null
[Environment]::SetEnvironmentVariable('NODE_EXTRA_CA_CERTS', "$home_\authority.pem", 'Machine')
{{/authority}}
{{#agent}}
# A task, because Node is no service by itself. Its key lies in C:\Dawr\data, for nobody else.
icacls "$home_\data" /inheritance:r /grant 'LOCAL SERVICE:(OI)(CI)F' 'Administrators:(OI)(CI)F'
$run = New-ScheduledTaskAction -Execute 'node.exe' -WorkingDirectory "$home_\dawr" -Argument '--max-semi-space-size=2 build/agent/main.js --server {{server}} --device {{agent}} --data C:\Dawr\data --devices C:\Dawr\devices.json'
$who = New-ScheduledTaskPrincipal -UserId 'LOCAL SERVICE' -LogonType ServiceAccount
Register-ScheduledTask -Force -TaskName 'Dawr agent' -Action $run -Principal $who -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtStartup)
{{/agent}}
{{#page}}
$edge = "${env:ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe"
$show = New-ScheduledTaskAction -Execute $edge -Argument '{{window}} {{url}} --no-first-run --autoplay-policy=no-user-gesture-required'
Register-ScheduledTask -Force -TaskName 'Dawr page' -Action $show -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtLogOn)
{{/page}}
